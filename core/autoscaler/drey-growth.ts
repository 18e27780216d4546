/** Upwards: everything that has to grow does, far enough and in one rescale; what more subtasks do not help is not done. */
import type { Reason } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import { needOf, type VertexNeed } from './drey-vertex.ts';
import { backAlong, changed, memorySituation, type Parallelism, type Verdict } from './drey-verdict.ts';
import { uses, type DreyView } from './drey-view.ts';
import { withFreeRoom } from './free-room.ts';
import { planForPressure } from './memory-plan.ts';
import { distrusted } from './trust.ts';
import { span } from './words.ts';

/** Everything that has to grow does, with whatever has free room beside it; memory comes first where that is the trouble. */
export function grown(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  const pressing = needs.filter(({ pressing: why }) => why !== undefined);
  if (pressing[0] === undefined) return undefined;
  const first = mostPressing(pressing);
  const held = uses(input, 'bottleneck') ? bottleneck(view) : undefined;
  if (held) return { reason: held, delays: {}, memory };
  const rising = uses(input, 'cost') ? risingSource(view) : undefined;
  if (rising) return { reason: rising, delays: {}, memory };
  const relieved = withMoreMemory(view, needs);
  if (relieved) return relieved;
  const changes = changed(input, sizes(view, needs));
  const why: Reason = {
    code: first.pressing?.code ?? '',
    text: `"${first.seen.vertex.name}": ${first.pressing?.text ?? ''}`,
  };
  // Where what holds the job up most cannot grow, room for others is no reason for a pause.
  if (changes[mostPressing(pressing).seen.vertex.id] !== undefined)
    return { reason: why, changes, ...backAlong(memorySituation(view), changes), delays: {}, memory };
  const note = pressing.flatMap(({ notes }) => notes)[0];
  const limit = pressing.flatMap(({ limits }) => limits)[0];
  return { reason: note ?? limit ?? { ...why, code: 'LIMITED' }, delays: {}, memory };
}

/** What is outside of its bounds, or else furthest from what it should be able to process. */
function mostPressing(pressing: readonly VertexNeed[]): VertexNeed {
  return pressing.reduce((most, one) => (urgencyOf(one) > urgencyOf(most) ? one : most));
}

function urgencyOf({ pressing, seen }: VertexNeed): number {
  return pressing?.code === 'OUT_OF_BOUNDS' ? Infinity : seen.targetRate / seen.trueRate;
}

/** Memory instead of parallelism where that is enough; else with it, and then with as much less. */
function withMoreMemory(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  const situation = memorySituation(view);
  const pressure = situation && planForPressure(situation);
  if (pressure === undefined || needs.some(({ pressing }) => pressing?.code === 'OUT_OF_BOUNDS')) return undefined;
  const { plan, gain } = pressure;
  const faster = needs.map(({ seen }) => needOf(view, { ...seen, trueRate: seen.trueRate * gain }));
  const isEnough = faster.every(({ seen }) => seen.targetRate <= dreySettings.busyAtPeak * seen.trueRate);
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

/** The vertex that holds all others up, and that more subtasks do not help. */
function bottleneck({ input, memory, vertices }: DreyView): Reason | undefined {
  const found = vertices.find(
    ({ vertex, loadNow, targetRate, trueRate }) =>
      (loadNow >= dreySettings.saturated || targetRate > trueRate) && distrusted(memory, vertex, input.nowMs),
  );
  if (!found) return undefined;
  const until = distrusted(memory, found.vertex, input.nowMs)?.untilMs ?? input.nowMs;
  return {
    code: 'BOTTLENECK',
    text: `"${found.vertex.name}" holds the job up, and more subtasks did not help it; that is tried again in ${span(until - input.nowMs)}.`,
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
