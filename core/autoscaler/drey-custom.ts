/**
 * A vertex of which nothing is known but what custom metrics say: parallelism · value / target, as KEDA and Kubernetes' horizontal autoscaler
 * have it, up and down, within all bounds. Flink gives no busy time for some sources, and no rate for what no record has reached.
 */
import { customWish, unknownWish } from './custom-metrics.ts';
import type { Reason } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import type { VertexNeed } from './drey-vertex.ts';
import type { DreyVertex } from './drey-evaluation.ts';
import type { DreyView } from './drey-view.ts';
import { rulesOf } from './rules.ts';
import type { Bounds } from './vertex-bounds.ts';
import { recommend } from './vertex-parallelism.ts';
import { short } from './words.ts';

/** Whether it is not known what a vertex can process. */
export function isRateUnknown({
  withoutBusyTime,
  trueRate,
}: Pick<DreyVertex, 'withoutBusyTime' | 'trueRate'>): boolean {
  return withoutBusyTime || Number.isNaN(trueRate);
}

/** What custom metrics alone make of a vertex; undefined where none that speaks of it has a value. */
export function needByMetrics(
  { input, recent }: DreyView,
  seen: DreyVertex,
  bounds: Bounds,
  outside: Reason | undefined,
): VertexNeed | undefined {
  const { vertex } = seen;
  const { policy } = input;
  const { customMetrics } = policy;
  const wish = customWish(vertex, customMetrics, recent);
  if (wish === undefined) return undefined;
  const exact = wish.exact / vertex.parallelism;
  const isNear = Math.abs(exact - 1) <= dreySettings.customTolerance;
  const factor = isNear ? 1 : exact;
  // What is on its target stays, though fewer subtasks might hold as many key groups each.
  const options = isNear ? { ...policy.options, alignmentMode: 'OFF' as const } : policy.options;
  const rules = rulesOf.drey;
  const up = recommend(vertex, factor, bounds, options, rules);
  const down = recommend(vertex, factor, bounds, { ...options, scaleDownMaxFactor: 1 }, rules);
  const unknown = unknownWish(vertex, customMetrics, recent);
  const pressing = outside ?? (factor > 1 ? wish : undefined);
  return {
    seen,
    bounds,
    ...(pressing && { pressing }),
    up: up.parallelism,
    down: unknown ? Math.max(down.parallelism, vertex.parallelism) : down.parallelism,
    step: recommend(vertex, 0, bounds, options, rules).parallelism,
    roomy: 0,
    limits: up.limits,
    notes: [wish, ...(unknown ? [unknown] : [])],
    arithmetic: [`parallelism = ${short(factor)} · ${vertex.parallelism} → ${up.parallelism}, by ${wish.text}`],
  };
}
