/** For how long nothing is scaled after a scaling that failed, or that the job would not have. */
import type { Reason } from '../autoscaler/decision.ts';

export interface HoldingOff {
  /** How often in a row. */
  readonly times: number;
  readonly untilMs: number;
  /** What it was that last time. */
  readonly because: Reason;
}

const firstMs = 5 * 60_000;
const longestMs = 6 * 60 * 60_000;

/** Five minutes, then twice as long each time, six hours at most. What is over for as long does not count any more. */
export function heldOff(before: HoldingOff | undefined, because: Reason, nowMs: number): HoldingOff {
  const inARow = before && nowMs - before.untilMs < longestMs ? before.times : 0;
  const times = inARow + 1;
  return { times, untilMs: nowMs + Math.min(longestMs, firstMs * 2 ** (times - 1)), because };
}
