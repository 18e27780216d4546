/** What the end of an operation means for the candidate of its job. */
import { candidateAmong } from './candidate.ts';
import { promotedTrouble } from './candidate-health.ts';
import type { JobState } from './job-state.ts';
import type { OperationResult } from './operation-result.ts';

/** Whether it has left the active generation as it was. */
export function isOfCandidateOnly({ record: { kind }, failure, generations }: OperationResult): boolean {
  const isPromoted = !failure || candidateAmong(generations) === undefined;
  return kind === 'discard' || (kind === 'promote' && !isPromoted);
}

/** An upgrade that failed leaves none that counts, even where it could not be cleared away. */
export function mayHaveCandidate(
  { candidateSince }: Pick<JobState, 'candidateSince'>,
  { record: { kind }, failure, leftRunning }: OperationResult,
): boolean {
  if (kind === 'upgrade') return failure === undefined;
  if (kind === 'recover') return candidateSince !== undefined;
  return kind === 'promote' || kind === 'discard' || (kind === 'remove' && leftRunning);
}

/** Takes into the job's state what has become of its candidate. */
export function noteCandidate(state: JobState, result: OperationResult): void {
  const { kind, endedAt } = result.record;
  const isThere = candidateAmong(result.generations) && mayHaveCandidate(state, result);
  if (!isThere) return forgetCandidate(state, result);
  if (kind === 'upgrade') state.candidateSince = endedAt;
  else if (kind !== 'recover') state.candidateIsStuck = true;
}

function forgetCandidate(state: JobState, { record, failure, isBrought }: OperationResult): void {
  const { lost } = state.candidateHealth ?? {};
  if (record.kind === 'promote' && (!failure || isBrought)) state.trouble = promotedTrouble(state);
  if (record.kind === 'discard' && !failure && lost) state.failure = lost;
  state.candidateSince = undefined;
  state.candidateIsStuck = undefined;
  state.candidateHealth = undefined;
}
