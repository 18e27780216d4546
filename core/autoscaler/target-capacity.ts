/** How many records a second a vertex should be able to process. Source: `AutoScalerUtils.getTargetProcessingCapacity`. */
import type { OperatorOptions } from './options.ts';

/** What shall be processed, records a second. */
export interface Demand {
  /** What comes in, and keeps coming (`TARGET_DATA_RATE`). */
  readonly targetRate: number;
  /** What works off the backlog in time (`CATCH_UP_DATA_RATE`). */
  readonly catchUpRate: number;
}

/**
 * round(catch-up + what gathers in a restart, spread over the catch-up time + target / utilisation); Infinity for a
 * utilisation of nothing.
 * @param restartMs 0: no restart is counted.
 */
export function targetCapacity(
  { targetRate, catchUpRate }: Demand,
  utilization: number,
  restartMs: number,
  { catchUpMs }: Pick<OperatorOptions, 'catchUpMs'>,
): number {
  if (Number.isNaN(catchUpRate) || Number.isNaN(targetRate)) return Number.NaN;
  const share = Math.min(1, Math.max(0, utilization));
  if (share === 0) return Infinity;
  const catchUpS = Math.floor(catchUpMs / 1000);
  const restart = catchUpS === 0 ? 0 : (targetRate * Math.floor(restartMs / 1000)) / catchUpS;
  return Math.round(catchUpRate + restart + targetRate / share);
}

/** The rates between which a vertex is left as it is. */
export interface Thresholds {
  /** It is too small that can process less than this (`SCALE_UP_RATE_THRESHOLD`). */
  readonly up: number;
  /** It is larger than needed that can process more than this (`SCALE_DOWN_RATE_THRESHOLD`). */
  readonly down: number;
}

/** While a backlog is worked off, full use is right, and nothing is too large. */
export function thresholdsFor(
  demand: Demand,
  isBacklog: boolean,
  restartMs: number,
  options: OperatorOptions,
): Thresholds {
  const { utilizationTarget: target, utilizationBoundary: boundary } = options;
  const most = isBacklog ? 1 : (options.utilizationMax ?? target + boundary);
  const least = isBacklog ? 0 : (options.utilizationMin ?? target - boundary);
  return {
    up: targetCapacity(demand, most, 0, options),
    down: targetCapacity(demand, least, restartMs, options),
  };
}
