/**
 * Whether a job that somebody has stopped is still to be resumed, though what was to do so has failed. What its spec says of upgrades is then
 * as little a word about its start as it was before.
 */
import type { JobState } from './job-state.ts';
import { leavesJobAlone } from './operation-kinds.ts';
import { hasEnded, type OperationRecord } from './operation.ts';

type Ended = Pick<OperationRecord, 'kind' | 'state' | 'plan'>;

/** The same after one more operation has ended. Only what went well is something else: a suspend has it wait again, all others have it run. */
export function isStillToResume(before: boolean, { kind, state, plan }: Ended): boolean {
  if (leavesJobAlone(kind)) return before;
  return state !== 'succeeded' && (before || plan?.kind === 'resume');
}

/** As its entity knows it. A release before this one has noted nothing, and left the operation alone. */
export function isToBeResumed({ resumes, newest }: Pick<JobState, 'resumes' | 'newest'>): boolean {
  return resumes ?? (newest !== undefined && isStillToResume(false, newest.record));
}

/** As its records tell. @param operations the newest first. */
export function isRecordedToResume(operations: readonly OperationRecord[]): boolean {
  return operations.filter(hasEnded).toReversed().reduce(isStillToResume, false);
}
