/**
 * How long an attempt of an activity that makes objects may last, in milliseconds. When the workflow that asked for it was
 * terminated, nobody tells the attempt: until then it may still make them.
 */
export const lateAttemptMs = 15_000;

/**
 * Whether an operation that has ended so, or not at all, may still act by such an attempt.
 * @param nowMs by the clock that told when it ended: Temporal's.
 */
export function mayStillAct(closedAtMs: number | undefined, nowMs: number): boolean {
  return closedAtMs === undefined || nowMs - closedAtMs <= lateAttemptMs;
}
