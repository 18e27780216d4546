/**
 * Feature `catchUp`: how much parallelism clears this backlog by its deadline. The operator adds what works off the lag to what
 * the utilisation leaves free; but that is free for the backlog, too, so the larger of both is enough.
 */
import { targetCapacity, type Demand } from './target-capacity.ts';
import type { OperatorOptions } from './options.ts';

export interface Backlog {
  /** What gathers while the job is rescaled, milliseconds. */
  readonly restartMs: number;
  /** In how much time all of it shall be worked off. */
  readonly catchUpMs: number;
}

/** max(target / utilisation, target + (lag + target · restart) / deadline), records a second; without the feature, the operator's sum. */
export function neededCapacity(
  demand: Demand & { readonly lagShare: number },
  backlog: Backlog,
  options: OperatorOptions,
  plans: boolean,
): number {
  const { utilizationTarget } = options;
  if (!plans) return targetCapacity(demand, utilizationTarget, backlog.restartMs, { catchUpMs: backlog.catchUpMs });
  const deadlineS = backlog.catchUpMs / 1000;
  const waiting = demand.lagShare + (demand.targetRate * backlog.restartMs) / 1000;
  const withBacklog = deadlineS > 0 ? demand.targetRate + waiting / deadlineS : 0;
  return Math.max(demand.targetRate / utilizationTarget, withBacklog);
}
