/** How many slots and TaskManagers a spec asks for. */
import type { JobSpec } from '../schema/flink-job.ts';

type Parallelism = Pick<JobSpec['job'], 'parallelism' | 'vertexParallelism'>;

/** The number given; else vertices are taken to share their slots, and the widest one decides. */
export function slotsNeeded({
  parallelism,
  vertexParallelism = {},
  slots,
}: Pick<JobSpec['job'], 'parallelism' | 'vertexParallelism' | 'slots'>): number {
  return slots ?? Math.max(parallelism, ...Object.values(vertexParallelism));
}

/** The number given, else as many as the job fills. */
export function taskManagerReplicas(spec: Pick<JobSpec, 'job' | 'taskManager'>): number {
  return spec.taskManager.replicas ?? Math.ceil(slotsNeeded(spec.job) / spec.taskManager.slots);
}

/** Whether a job runs the same tasks with both. */
export function hasSameParallelism(one: Parallelism, other: Parallelism): boolean {
  const { vertexParallelism: before = {} } = one;
  const { vertexParallelism: after = {} } = other;
  const ids = Object.keys({ ...before, ...after });
  return one.parallelism === other.parallelism && ids.every((id) => before[id] === after[id]);
}
