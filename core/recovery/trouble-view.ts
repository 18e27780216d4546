/** What is wrong with a job as people see it: since when, what was tried, what comes next, and what they can do. */
import type { TroubleView, TriedView } from '../job.ts';
import type { JobState } from '../job-state.ts';
import type { RecoveryAttempt } from './budget.ts';
import { resumeCommand } from './giving-up.ts';
import type { Trouble } from './trouble.ts';

export function troubleView({ trouble, attempts, phase, name, running }: JobState): TroubleView | undefined {
  if (!trouble) return undefined;
  const isUnderWay = running?.mends !== undefined && !running.mends.isCandidate;
  return {
    ...viewOfTrouble(trouble, attempts, isUnderWay),
    ...(phase === 'FAILED' && { resume: resumeCommand(name) }),
  };
}

/** What is wrong with the job's candidate. */
export function candidateTroubleView({ candidateHealth, running }: JobState): TroubleView | undefined {
  const { trouble, attempts } = candidateHealth ?? {};
  return trouble && viewOfTrouble(trouble, attempts, running?.mends?.isCandidate ?? false);
}

function viewOfTrouble(trouble: Trouble, attempts: JobState['attempts'] = [], isUnderWay: boolean): TroubleView {
  const { finding, since, action, dueAt } = trouble;
  const { reason, standing, failure } = finding;
  return {
    reason,
    standing,
    since,
    ...(failure && { failure }),
    tried: attempts.map(triedView),
    next: isUnderWay ? 'underWay' : nextOf(trouble),
    ...(action && !trouble.isGivenUp && { action }),
    ...(dueAt !== undefined && { dueAt }),
  };
}

function nextOf({ isJudged, isGivenUp, dueAt, finding }: Trouble): TroubleView['next'] {
  if (isGivenUp) return 'givenUp';
  if (!isJudged) return 'undecided';
  if (dueAt !== undefined) return 'due';
  return finding.action === 'wait' ? 'flinkRecovers' : 'shown';
}

function triedView(attempt: RecoveryAttempt): TriedView {
  const { atMs, action, reason, hasSucceeded, message } = attempt;
  const outcome = outcomeText(attempt);
  return {
    at: new Date(atMs).toISOString(),
    action,
    reason,
    message,
    hasSucceeded,
    ...(outcome !== undefined && { outcome }),
  };
}

function outcomeText({ outcome, unasked }: RecoveryAttempt): string | undefined {
  if (outcome === undefined || unasked === undefined) return outcome;
  return unasked === 1
    ? `${outcome} It does not count.`
    : `${outcome} So it was ${unasked} times in a row: none of them counts.`;
}
