/** Whether a savepoint may go, as its user asks for it, and what the operation is told. */
import { withCandidateFrom } from './candidate.ts';
import type { Refusal } from './job-changes.ts';
import type { JobState } from './job-state.ts';
import { restoringFrom, type Pinning } from './pinning.ts';
import { disposalRefusal } from './retention.ts';
import type { SavepointWish } from './savepoint-wish.ts';
import { isCompleted, type SavepointRecord } from './savepoint.ts';

export interface DisposalAsked {
  readonly number: number;
  readonly force: boolean;
  /** Of the job that is meant, where that is certain. */
  readonly uid?: string;
  /** As it was last recorded: for one that the job does not remember. */
  readonly lastKnown?: SavepointRecord;
}

/** What of a job decides it. */
export type DisposableJob = Pick<JobState, 'uid' | 'name' | 'savepoints'> & Pinning;

/** With what it is to be restored from. */
export function asNeeded(state: JobState): JobState & Pinning {
  return { ...withCandidateFrom(state), restoring: restoringFrom(state) };
}

/** What the job remembers counts; only what it does not is taken from the records. */
export function disposalWish(
  job: DisposableJob,
  { number, force, uid, lastKnown }: DisposalAsked,
): SavepointWish | Refusal {
  if (uid !== undefined && uid !== job.uid) return none(`Job ${job.name} is another one by now, with uid ${job.uid}.`);
  const savepoints = job.savepoints ?? [];
  const savepoint = savepoints.find((one) => one.number === number) ?? lastKnown;
  if (savepoint?.number !== number) return none(`Job ${job.name} has no savepoint ${number}.`);
  if (!isCompleted(savepoint)) return none(`Savepoint ${number} has no files: it is ${savepoint.state}.`);
  const refusal = force ? undefined : disposalRefusal(savepoint, savepoints, job);
  return refusal ?? { dispose: { savepoint, force } };
}

function none(message: string): Refusal {
  return { code: 'NO_SUCH_SAVEPOINT', message };
}
