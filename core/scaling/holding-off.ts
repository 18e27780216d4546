/** For how long nothing is scaled after a scaling that failed, or that the job would not have. */
import type { Reason } from '../autoscaler/decision.ts';
import { busyBriefly } from './scaling-refusal.ts';

export interface HoldingOff {
  /** How often in a row; what was only busy for a moment does not count. */
  readonly times: number;
  /** How often in a row it was only busy for a moment. */
  readonly brieflyTimes?: number;
  readonly untilMs: number;
  /** What it was that last time. */
  readonly because: Reason;
}

const firstMs = 5 * 60_000;
const longestMs = 6 * 60 * 60_000;
const brieflyMs = 60_000;

/**
 * Five minutes, then twice as long each time, six hours at most. What is over for as long does not count any more. Where the job is only
 * busy for a moment: one minute, and five at most while that lasts.
 */
export function heldOff(before: HoldingOff | undefined, because: Reason, nowMs: number): HoldingOff {
  const inARow = before && nowMs - before.untilMs < longestMs ? before.times : 0;
  if (because.code === busyBriefly) {
    const brieflyTimes = 1 + (before && nowMs - before.untilMs < firstMs ? (before.brieflyTimes ?? 0) : 0);
    const waitMs = Math.min(firstMs, brieflyMs * 2 ** (brieflyTimes - 1));
    return { times: inARow, brieflyTimes, untilMs: nowMs + waitMs, because };
  }
  const times = inARow + 1;
  return { times, untilMs: nowMs + Math.min(longestMs, firstMs * 2 ** (times - 1)), because };
}
