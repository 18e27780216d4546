/** Attempts to bring a job back, for tests. */
import type { RecoveryAttempt } from '../../core/recovery/budget.ts';

const second = 1000;

/** An attempt that began then, took 10 s, and brought the job back. */
export function attempt(atSeconds: number, change: Partial<RecoveryAttempt> = {}): RecoveryAttempt {
  return {
    sinceMs: atSeconds * second,
    atMs: atSeconds * second,
    endedAtMs: (atSeconds + 10) * second,
    hasSucceeded: true,
    reason: 'JOB_FAILED',
    action: 'restart',
    message: 'The job failed: IOException.',
    ...change,
  };
}
