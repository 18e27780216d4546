/**
 * A scale-down waits, and then is as small as any wish of the last interval was. Source: `DelayedScaleDown` of the operator.
 */
import type { DelayedScaleDown } from './memory.ts';

/** A wish to scale down. */
export interface ScaleDownWish {
  readonly atMs: number;
  readonly parallelism: number;
  /** Whether the vertex was outside of its thresholds when it was wished. */
  readonly outside: boolean;
}

/** With the wish added. Only wishes that may still be the largest of some interval are kept. */
export function addWish(
  delayed: DelayedScaleDown | undefined,
  wish: ScaleDownWish,
  intervalMs: number,
): DelayedScaleDown {
  const since = wish.atMs - intervalMs;
  const larger = (delayed?.wishes ?? []).filter((one) => one.parallelism > wish.parallelism && one.atMs >= since);
  return { sinceMs: delayed?.sinceMs ?? wish.atMs, wishes: [...larger, wish] };
}

/** What may be done of it: the largest wish within the interval, once the first is as old as the interval. */
export function dueWish(
  { sinceMs, wishes }: DelayedScaleDown,
  nowMs: number,
  intervalMs: number,
): ScaleDownWish | undefined {
  return nowMs - intervalMs < sinceMs ? undefined : wishes[0];
}
