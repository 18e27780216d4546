/** How often a running job is measured, and how many requests that may make. */
import type { BucketLimits } from '../observation/token-bucket.ts';

/** When a job is measured next. One reading is five requests, and one for each vertex. */
export interface MeasuringPace {
  readonly everyMs: number;
  readonly nextAtMs: number;
}

/** `partial`: it has not reported everything yet. `none`: nobody answered. */
export type MeasuredAs = 'busy' | 'idle' | 'partial' | 'none';

/** A job that has just begun to run: until everything of it has been reported. */
const quickestMs = 2_000;

/** A job that works: six values a minute are enough for a window of a minute, and rates are averages of a minute anyway. */
const steadyMs = 10_000;

/** A job that has nothing to do, or does not answer. */
const slowestMs = 60_000;

/** A job that comes to rest is measured at the slowest pace some two minutes later. */
const slowing = 1.5;

/** Of one JobManager, beside what looking after the job takes. */
export const measuringPerJobManager: BucketLimits = { perSecond: 5, burst: 10 };

/** Of all that one agent measures: a thousand jobs of three vertices are then measured every 80 s each. */
export const measuringInAll: BucketLimits = { perSecond: 100, burst: 200 };

/** What a window takes at least, for those who decide by it; Flink itself looks at a job's details anew every three seconds. */
const readingsOfWindow = 12;
const decidingMs = { least: 1_000, most: slowestMs } as const;

/** How often a job is measured at least that is decided on by a window of this length. */
export function paceForWindow(windowMs: number): number {
  return Math.min(decidingMs.most, Math.max(decidingMs.least, windowMs / readingsOfWindow));
}

/** When to measure again. @param atLeastEveryMs whatever the job shows */
export function measureAfter(
  pace: MeasuringPace | undefined,
  as: MeasuredAs,
  nowMs: number,
  atLeastEveryMs = slowestMs,
): MeasuringPace {
  const everyMs = everyAfter(pace?.everyMs, as);
  return { everyMs, nextAtMs: nowMs + Math.min(everyMs, atLeastEveryMs) };
}

function everyAfter(before: number | undefined, as: MeasuredAs): number {
  if (as === 'busy') return steadyMs;
  if (as === 'partial') return before === undefined ? quickestMs : Math.min(steadyMs, before * slowing);
  return Math.min(slowestMs, Math.max(steadyMs, (before ?? 0) * slowing));
}
