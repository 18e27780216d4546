/** How often a job is brought back: attempts with growing waits, so many until one of them lasts. */
import type { RecoverySpec } from '../schema/flink-job.ts';
import { parseDurationMs } from '../spec/duration.ts';
import { backoffMs } from './backoff.ts';
import type { ActingAction, FindingReason } from './finding.ts';

/** One attempt, as the job remembers it. Times are of Temporal's clock, in milliseconds since 1970. */
export interface RecoveryAttempt {
  /** When the trouble was first heard of that it was to mend. */
  readonly sinceMs: number;
  readonly atMs: number;
  /** Absent for one whose operation was lost. */
  readonly endedAtMs?: number;
  /** Whether all tasks ran at its end. */
  readonly hasSucceeded: boolean;
  readonly reason: FindingReason;
  readonly action: ActingAction;
  /** What was wrong, in a sentence. */
  readonly message: string;
  /** Whether it gave memory for which there was no room. */
  readonly hadNoRoom?: true;
  /** Why it did not bring the job back, in a sentence. */
  readonly outcome?: string;
  /** Of one that reached nobody, and so changed nothing: how many such in a row it stands for, itself included. */
  readonly unasked?: number;
}

export interface BudgetInput {
  /** The oldest first. */
  readonly attempts: readonly RecoveryAttempt[];
  readonly policy: RecoverySpec;
  /** When the trouble that is to be mended was first heard of, since the operation before. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

export type BudgetVerdict =
  /** @property made the attempts that still count: what the job goes on remembering. */
  | { readonly is: 'left'; readonly atMs: number; readonly made: readonly RecoveryAttempt[] }
  | { readonly is: 'used'; readonly made: readonly RecoveryAttempt[] };

/** Whether there may be another attempt, and when. */
export function judgeBudget({ attempts, policy, sinceMs, nowMs }: BudgetInput): BudgetVerdict {
  const made = stillCounting({ attempts, policy, sinceMs });
  const asked = thatReached(made).length;
  if (asked >= policy.attempts) return { is: 'used', made };
  const last = made.at(-1);
  const fromMs = last?.endedAtMs ?? last?.atMs ?? nowMs;
  const waitMs = backoffMs(asked + (last?.unasked ?? 0), policy.backoff);
  return { is: 'left', atMs: Math.max(nowMs, fromMs + waitMs), made };
}

/** Those that use up the budget: an agent or an API server that is away is no fault of the job. */
export function thatReached(attempts: readonly RecoveryAttempt[]): readonly RecoveryAttempt[] {
  return attempts.filter(({ unasked }) => unasked === undefined);
}

/** What a job remembers with one more. Those in a row that reached nobody become one: a cluster may be away for days. */
export function withAttempt(attempts: readonly RecoveryAttempt[], made: RecoveryAttempt): readonly RecoveryAttempt[] {
  const before = attempts.findLast((one) => isHeal(one) === isHeal(made));
  if (made.unasked === undefined || before?.unasked === undefined) return [...attempts, made];
  const unasked = before.unasked + made.unasked;
  return [...attempts.filter((one) => one !== before), { ...made, sinceMs: before.sinceMs, unasked }];
}

/** Attempts to put objects back are counted apart: who fights over objects must not use up what brings the job back. */
export function isHeal({ action }: Pick<RecoveryAttempt, 'action'>): boolean {
  return action === 'heal';
}

/**
 * One that lasted clears those before it, and nothing else does: the time that they take, or that the job holds on after them for less than
 * that, makes none of them count less.
 */
export function stillCounting({ attempts, policy, sinceMs }: Omit<BudgetInput, 'nowMs'>): readonly RecoveryAttempt[] {
  const stableMs = parseDurationMs(policy.stableAfter);
  const lasted = attempts.findLastIndex(({ hasSucceeded, endedAtMs }, index) => {
    // Not until the next attempt: what the job then waited for was the back-off.
    const untilMs = attempts[index + 1]?.sinceMs ?? sinceMs;
    return hasSucceeded && endedAtMs !== undefined && untilMs - endedAtMs >= stableMs;
  });
  return attempts.slice(lasted + 1);
}
