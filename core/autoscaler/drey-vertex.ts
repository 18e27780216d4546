/** What one vertex needs by itself, as profile `drey` sees it: how large it should be, and whether that is pressing. */
import { capacityExponent, parallelismFactor } from './capacity-curve.ts';
import { neededCapacity } from './catch-up.ts';
import { customWish, unknownWish, type CustomWish } from './custom-metrics.ts';
import type { Limit, Reason } from './decision.ts';
import type { DreyVertex } from './drey-evaluation.ts';
import { isRateUnknown, needByMetrics } from './drey-custom.ts';
import { dreySettings } from './drey-settings.ts';
import { uses, type DreyView } from './drey-view.ts';
import { whyExcluded } from './operator-decision.ts';
import { currentWindow } from './recurring-window.ts';
import { isWorthScalingUp } from './rescale-cost.ts';
import { rulesOf } from './rules.ts';
import type { JobVertex } from './samples.ts';
import { boundShare, evenedParallelism, skewOf } from './skew.ts';
import { distrusted } from './trust.ts';
import { boundsOf, policyOf, type Bounds } from './vertex-bounds.ts';
import { boundsLimit, recommend, type Recommended } from './vertex-parallelism.ts';
import { perSecond, percent, short } from './words.ts';

export interface VertexNeed {
  readonly seen: DreyVertex;
  readonly bounds: Bounds;
  /** It has to grow now, and why. */
  readonly pressing?: Reason;
  /** The parallelism for what comes in and waits. */
  readonly up: number;
  /** The parallelism that is enough for the hours to come, in however many steps. */
  readonly down: number;
  /** The least that one step downwards may leave. */
  readonly step: number;
  /** The parallelism with which it would have room to spare. */
  readonly roomy: number;
  readonly limits: readonly Limit[];
  readonly notes: readonly Reason[];
  readonly arithmetic: readonly string[];
}

/** A vertex that is not looked at. Where it is only not known what it can process, custom metrics may still speak of it. */
export function leftAlone(view: DreyView, seen: DreyVertex): Reason | undefined {
  const { input, recent } = view;
  const { vertex } = seen;
  const excluded = whyExcluded({ vertex, withoutBusyTime: false }, input);
  if (excluded || !isRateUnknown(seen) || customWish(vertex, input.policy.customMetrics, recent)) return excluded;
  return whyExcluded(seen, input) ?? { code: 'RATE_UNKNOWN', text: 'What it can process is not known.' };
}

export function needOf(view: DreyView, seen: DreyVertex): VertexNeed {
  const { input } = view;
  const { vertex, targetRate, trueRate } = seen;
  const options = { ...input.policy.options, ...ownTarget(view, seen) };
  const bounds = boundsOf(input.policy, vertex, currentWindow(input.policy.schedules, input.nowMs));
  const byMetrics = isRateUnknown(seen) ? needByMetrics(view, seen, bounds, whyOutside(vertex, bounds)) : undefined;
  if (byMetrics) return byMetrics;
  const backlog = { restartMs: view.restartMs, catchUpMs: view.catchUpMs };
  const rising = { ...seen, targetRate: uses(input, 'cost') ? seen.sizedRate : seen.risingRate };
  const needed = neededCapacity(rising, backlog, options, uses(input, 'catchUp'));
  const up = sized(view, seen, Math.max(needed, (targetRate * view.ahead.later) / dreySettings.busyAtPeak), bounds);
  const enough = (targetRate * Math.max(1, view.ahead.later)) / dreySettings.busyAfterScaleDown;
  const unlimited = { ...input.policy.options, scaleDownMaxFactor: 1 };
  const down = sized(view, seen, enough, bounds, unlimited);
  const step = recommend(vertex, 0, bounds, input.policy.options, rulesOf.drey);
  const isTrusted = distrusted(view.memory, vertex, input.nowMs) === undefined;
  const roomy = isTrusted ? sized(view, seen, targetRate / dreySettings.busyInFreeRoom, bounds).parallelism : 0;
  const custom = customWish(vertex, input.policy.customMetrics, view.recent);
  const pressing = whyPressing(view, seen, bounds) ?? customPressing(custom, vertex.parallelism);
  const unknown = unknownWish(vertex, input.policy.customMetrics, view.recent);
  const least = Math.min(custom?.parallelism ?? 0, bounds.max, vertex.maxParallelism);
  return {
    seen,
    bounds,
    ...(pressing ? { pressing } : {}),
    up: Math.max(up.parallelism, least),
    down: Math.max(down.parallelism, least, unknown ? vertex.parallelism : 0),
    step: step.parallelism,
    roomy: Math.max(roomy, least),
    limits: customLimits(vertex, pressing === custom ? custom : undefined, bounds) ?? up.limits,
    notes: [...(up.note ? [up.note] : []), ...(custom ? [custom] : []), ...(unknown ? [unknown] : [])],
    arithmetic: [
      `comes in ${perSecond(targetRate)}, ${short(seen.lagShare)} wait; it can process ${perSecond(trueRate)}`,
      `capacity wanted = ${perSecond(needed)}, with what is ahead ${perSecond(Math.max(needed, (targetRate * view.ahead.later) / dreySettings.busyAtPeak))}`,
      `parallelism = ${up.factor} · ${vertex.parallelism} → ${up.parallelism}`,
    ],
  };
}

function ownTarget({ input }: DreyView, { vertex }: DreyVertex) {
  const { utilizationTarget } = policyOf(input.policy, vertex);
  return utilizationTarget === undefined ? {} : { utilizationTarget };
}

function customPressing(custom: CustomWish | undefined, parallelism: number): Reason | undefined {
  return custom && custom.exact > parallelism * (1 + dreySettings.customTolerance) ? custom : undefined;
}

/** What of a wish its bounds leave, where they take something of it: then the load's own limits do not matter. */
function customLimits(vertex: JobVertex, wish: CustomWish | undefined, bounds: Bounds): readonly Limit[] | undefined {
  const limit = wish && boundsLimit(vertex, wish.parallelism, bounds);
  return limit && [limit];
}

function whyOutside({ parallelism }: JobVertex, { min, max }: Bounds): Reason | undefined {
  if (parallelism >= min && parallelism <= max) return undefined;
  return { code: 'OUT_OF_BOUNDS', text: `Its bounds are ${min} and ${max}.` };
}

/** It cannot take what comes, or does not work off what waits in time, or is outside of its bounds, or soon will be too small. */
function whyPressing(view: DreyView, seen: DreyVertex, bounds: Bounds): Reason | undefined {
  const { targetRate, trueRate, lagShare, vertex, loadNow } = seen;
  const outside = whyOutside(vertex, bounds);
  if (outside) return outside;
  const can = trueRate * dreySettings.busiest;
  const lasting = lastingRate(view, seen);
  const isWorthIt = !uses(view.input, 'cost') || isWorthScalingUp({ ...seen, targetRate: lasting }, view.restartMs);
  if (lasting > can && isWorthIt)
    return {
      code: 'TOO_SMALL',
      text: `${perSecond(targetRate)} come in, it can process ${perSecond(trueRate)} and is busy ${percent(loadNow)} of its time.`,
    };
  const slack = view.input.policy.catchUpWithinMs === undefined ? dreySettings.planSlack : dreySettings.ownPlanSlack;
  const withBacklog = targetRate + lagShare / ((slack * view.catchUpMs) / 1000);
  if (view.isBehind && view.catchUpMs > 0 && withBacklog > trueRate && isWorthIt)
    return {
      code: 'BACKLOG',
      text: `${short(lagShare)} records wait; to work them off in time takes ${perSecond(withBacklog)}, it can process ${perSecond(trueRate)}.`,
    };
  const usual = targetRate * view.ahead.soon;
  if (usual > targetRate && usual > can && isWorthScalingUp({ ...seen, targetRate: usual }, view.restartMs))
    return {
      code: 'FORECAST',
      text: `${perSecond(usual)} are usual in a few minutes, it can process ${perSecond(trueRate)}.`,
    };
  return undefined;
}

/** What is too much by little has to last for longer to be believed, and what is within the usual is half over already. */
function lastingRate(view: DreyView, { targetRate, longRate, trueRate }: DreyVertex): number {
  if (!uses(view.input, 'cost')) return targetRate;
  const much = Math.max(dreySettings.muchTooMuch, 1 + dreySettings.usualSigmas * view.noise);
  const isLittle = targetRate < much * trueRate;
  return Math.min(targetRate * view.lasting, isLittle && longRate > 0 ? longRate : targetRate);
}

interface Sized extends Recommended {
  readonly note?: Reason;
}

/** The parallelism for a capacity: by what was learned of it, and by what is bound to one subtask. */
function sized(
  view: DreyView,
  seen: DreyVertex,
  capacity: number,
  bounds: Bounds,
  options = view.input.policy.options,
): Sized {
  const { input, memory } = view;
  const { vertex, trueRate, load } = seen;
  const factor = capacity / trueRate;
  const rules = rulesOf.drey;
  const plain = () => recommend(vertex, factor, bounds, options, rules);
  if (factor <= 1) return plain();
  const bound = uses(input, 'bottleneck') ? boundShare(skewOf(view.recent, vertex.id), vertex.parallelism) : 0;
  if (bound > 0) {
    const even = evenedParallelism(vertex.parallelism, factor, bound) ?? Infinity;
    const evened = even <= dreySettings.mostEvened * vertex.parallelism ? even : undefined;
    const note: Reason = {
      code: 'SKEWED',
      text: `${percent(bound)} of its work is bound to one subtask${evened === undefined ? ': more of them hardly help' : ''}.`,
    };
    const useful = (evened ?? vertex.parallelism) / vertex.parallelism;
    return { ...recommend(vertex, useful, bounds, options, rules), note };
  }
  if (!uses(input, 'capacity')) return plain();
  const now = { parallelism: vertex.parallelism, trueRate, load };
  const exponent = capacityExponent(memory.capacity[vertex.id] ?? [], now);
  return recommend(vertex, parallelismFactor(factor, exponent), bounds, options, rules);
}
