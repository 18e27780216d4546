/** Upwards: everything that has to grow does, far enough and in one rescale; what more subtasks do not help is not done. */
import type { Reason } from './decision.ts';
import { isRateUnknown } from './drey-custom.ts';
import { dreySettings } from './drey-settings.ts';
import { needOf, type VertexNeed } from './drey-vertex.ts';
import { backAlong, changed, memorySituation, type Parallelism, type Verdict } from './drey-verdict.ts';
import { uses, type DreyView } from './drey-view.ts';
import { withFreeRoom } from './free-room.ts';
import { planForPressure } from './memory-plan.ts';
import type { EngineMemory } from './memory.ts';
import { outsideLimit } from './outside-limit.ts';
import { pipelinesOf } from './pipelines.ts';
import type { JobVertex } from './samples.ts';
import { distrusted } from './trust.ts';
import { span } from './words.ts';

/** Everything that has to grow does, with whatever has free room beside it; memory comes first where that is the trouble. */
export function grown(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  if (pressingOf(needs).length === 0) return undefined;
  const pipelines = pipelinesOf(input.job.vertices);
  const outside = uses(input, 'bottleneck') ? bottlenecks(view) : [];
  const free = beside(needs, pipelines, outside);
  if (outside[0] && pressingOf(free).length === 0) return stuck(bottleneck(view, outside[0]), memory);
  const rising = uses(input, 'cost') ? risingSource(view) : undefined;
  if (rising) return { reason: rising, delays: {}, memory };
  const relieved = withMoreMemory(view, free);
  if (relieved) return relieved;
  // Where what holds a pipeline up most cannot grow, room for others in it is no reason for a pause.
  const able = beside(free, pipelines, stuckIn(view, free, pipelines));
  const first = mostPressing(pressingOf(able));
  if (first === undefined) return limited(pressingOf(free), memory);
  const changes = changed(input, sizes(view, able));
  return { reason: whyGrown(first), changes, ...backAlong(memorySituation(view), changes), delays: {}, memory };
}

function limited(pressing: readonly VertexNeed[], memory: EngineMemory): Verdict | undefined {
  const most = mostPressing(pressing);
  if (most === undefined) return undefined;
  const limits = pressing.flatMap((need) => need.limits.map((limit) => named(need, limit)));
  const notes = pressing.flatMap((need) => need.notes.map((note) => named(need, note)));
  const [why = { ...whyGrown(most), code: 'LIMITED' }] = [...limits, ...notes];
  return stuck(why, memory);
}

function stuck(reason: Reason, memory: EngineMemory): Verdict {
  return { reason, isStuck: true, delays: {}, memory };
}

function pressingOf(needs: readonly VertexNeed[]): readonly VertexNeed[] {
  return needs.filter(({ pressing }) => pressing !== undefined);
}

/** Without those that are in a pipeline with one of the vertices. */
function beside(
  needs: readonly VertexNeed[],
  pipelines: ReadonlyMap<string, string>,
  vertices: readonly JobVertex[],
): readonly VertexNeed[] {
  const held = new Set(vertices.map(({ id }) => pipelines.get(id)));
  return needs.filter(({ seen }) => !held.has(pipelines.get(seen.vertex.id)));
}

/** Of each pipeline the vertex that holds it up most, where that cannot grow. */
function stuckIn(
  view: DreyView,
  needs: readonly VertexNeed[],
  pipelines: ReadonlyMap<string, string>,
): readonly JobVertex[] {
  const changes = changed(view.input, sizes(view, needs));
  const names = new Set(pipelines.values());
  const most = [...names].map((name) =>
    mostPressing(pressingOf(needs).filter(({ seen }) => pipelines.get(seen.vertex.id) === name)),
  );
  return most.flatMap((need) => (need && changes[need.seen.vertex.id] === undefined ? [need.seen.vertex] : []));
}

function whyGrown(need: VertexNeed): Reason {
  return named(need, need.pressing ?? { code: '', text: '' });
}

/** A reason of one vertex as one of the job. */
function named({ seen }: VertexNeed, { code, text }: Reason): Reason {
  return { code, text: `"${seen.vertex.name}": ${text}` };
}

/** What is outside of its bounds, or else furthest from what it should be able to process; last what only custom metrics speak of. */
function mostPressing([first, ...others]: readonly VertexNeed[]): VertexNeed | undefined {
  return first && others.reduce((most, one) => (urgencyOf(one) > urgencyOf(most) ? one : most), first);
}

function urgencyOf({ pressing, seen }: VertexNeed): number {
  if (pressing?.code === 'OUT_OF_BOUNDS') return Infinity;
  return isRateUnknown(seen) ? 0 : seen.targetRate / seen.trueRate;
}

/** Memory instead of parallelism where that is enough; else with it, and then with as much less. */
function withMoreMemory(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  const situation = memorySituation(view);
  const pressure = situation && planForPressure(situation);
  if (pressure === undefined || needs.some(({ pressing }) => pressing?.code === 'OUT_OF_BOUNDS')) return undefined;
  const { plan, gain } = pressure;
  const faster = needs.map(({ seen }) => needOf(view, { ...seen, trueRate: seen.trueRate * gain }));
  const isEnough = faster.every(({ seen, pressing }) =>
    isRateUnknown(seen) ? !pressing : seen.targetRate <= dreySettings.busyAtPeak * seen.trueRate,
  );
  const changes = isEnough ? {} : changed(input, sizes(view, faster));
  const [reason = { code: 'GC_PRESSURE', text: '' }] = plan.advice.reasons;
  return { reason, changes, plan, delays: {}, memory };
}

/** A source whose load still rises steeply: how far it has to grow is known in a moment. */
function risingSource({ vertices }: DreyView): Reason | undefined {
  const found = vertices.find(
    ({ vertex, risingRate, targetRate, lagShare }) =>
      vertex.inputs.length === 0 &&
      risingRate > dreySettings.stillRising * targetRate &&
      1000 * lagShare < dreySettings.patientMs * risingRate,
  );
  return found && { code: 'RISING', text: `The load of "${found.vertex.name}" still rises; its end is awaited.` };
}

/** The vertices that hold others up, and that more subtasks do not help. */
function bottlenecks({ input, memory, vertices }: DreyView): readonly JobVertex[] {
  return vertices
    .filter(({ loadNow, targetRate, trueRate }) => loadNow >= dreySettings.saturated || targetRate > trueRate)
    .map(({ vertex }) => vertex)
    .filter((vertex) => distrusted(memory, vertex, input.nowMs));
}

function bottleneck({ input, memory }: DreyView, vertex: JobVertex): Reason {
  const until = distrusted(memory, vertex, input.nowMs)?.untilMs ?? input.nowMs;
  const look = outsideLimit(vertex, input.job.vertices);
  return {
    code: 'BOTTLENECK',
    text: `"${vertex.name}" holds the job up, and more subtasks did not help it. ${look}; more are tried again in ${span(until - input.nowMs)}.`,
  };
}

function sizes(view: DreyView, needs: readonly VertexNeed[]): Parallelism {
  const wanted = needs.map((need) => {
    const { vertex } = need.seen;
    const grows = Math.max(vertex.parallelism, need.up);
    const parallelism = Math.min(grows, Math.max(need.bounds.max, 1), vertex.maxParallelism);
    return { vertex, parallelism, roomy: uses(view.input, 'cost') ? need.roomy : 0 };
  });
  return withFreeRoom(wanted);
}
