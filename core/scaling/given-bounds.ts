/** How much a vertex that was given parallelism may keep of it by the spec that is applied. */
import type { FlinkJob } from '../schema/flink-job.ts';

/** Whoever counts the TaskManagers bounds what runs on them. */
export function slotsOf({ spec: { taskManager } }: FlinkJob): number {
  return taskManager.replicas === undefined ? Infinity : taskManager.replicas * taskManager.slots;
}

/**
 * The most that it may have: slots that there are, parts that its state is divided into, and a maximum of the autoscaler that was changed
 * since. One that was there before was heeded when it was given, or passed over by hand.
 */
export function mostOf(spec: FlinkJob, before: FlinkJob, id: string): number {
  const most = scalerMax(spec, id);
  return Math.min(slotsOf(spec), partsOf(spec), most === scalerMax(before, id) ? Infinity : most);
}

function partsOf({ spec }: FlinkJob): number {
  const parts = Number(spec.flink.configuration['pipeline.max-parallelism'] ?? Number.NaN);
  return parts >= 1 ? parts : Infinity;
}

/** The largest at any time of the day; vertices may be meant by their names, which are not known here. */
function scalerMax({ spec: { autoscaler } }: FlinkJob, id: string): number {
  if (autoscaler?.mode !== 'active') return Infinity;
  const { vertices, schedules, max = Infinity } = autoscaler;
  const byName = Object.entries(vertices).filter(([key]) => !isId(key));
  const ofOthers = byName.map(([, { max: own }]) => own ?? 0);
  return vertices[id]?.max ?? Math.max(max, ...schedules.map((one) => one.max ?? 0), ...ofOthers);
}

function isId(key: string): boolean {
  return /^[0-9a-f]{32}$/.test(key);
}
