/** The calls that change a job by a word: asked in earnest, or to be told what they would do. */
import type { ScaleWish } from '../../core/verbs.ts';
import { jobPath, type JobRef, type PastJobRef } from './paths.ts';
import type { Call } from './send.ts';

/** Which state the job goes on from, for this once; without it, as its spec says. */
interface ModeWish {
  readonly mode?: string | undefined;
}

interface EndWish extends ModeWish {
  /** Whether the job ends also where no savepoint can be had. */
  readonly force?: boolean | undefined;
}

interface RestoreWish {
  readonly savepoint: number;
  /** The job that it was taken of, where that is another one. */
  readonly of?: string | undefined;
  /** Of that job, where it was removed and another one has its name by now. */
  readonly uid?: string | undefined;
  /** An earlier revision to run. */
  readonly to?: number | undefined;
}

interface RemovalWish {
  /** How the job is ended, and what becomes of its savepoints; without them, as its spec says. */
  readonly deletion?: string | undefined;
  readonly savepoints?: string | undefined;
  /** Whether it ends without its cluster, and leaves what it has there. */
  readonly forget?: boolean | undefined;
}

interface SavepointWish {
  /** Absent: that of the job's spec. */
  readonly format?: string | undefined;
  /** Of the candidate that runs beside the job. */
  readonly candidate?: boolean | undefined;
}

interface DisposalWish {
  /** Even if the job may need it. */
  readonly force?: boolean | undefined;
}

/** As one `Answer` has it. */
export type JobVerbs<Answer> = ReturnType<typeof jobVerbs<Answer>>;

/** @param ask sends the call, and gives what the API answers. */
export function jobVerbs<Answer>(ask: (call: Call) => Promise<Answer>) {
  const verb = (job: JobRef, word: string, body: object): Promise<Answer> =>
    ask({ method: 'POST', path: `${jobPath(job)}/${word}`, body });
  return {
    /** Stops the job with its state kept, and clears its Flink cluster away. */
    suspendJob: (job: JobRef, body: EndWish = {}) => verb(job, 'suspend', body),
    /** Ends the job without a savepoint; it can go on from its newest checkpoint. */
    cancelJob: (job: JobRef, body: EndWish = {}) => verb(job, 'cancel', body),
    /** Starts a suspended job from where it was stopped. */
    resumeJob: (job: JobRef, body: ModeWish = {}) => verb(job, 'resume', body),
    /** Restarts the job from its state. */
    restartJob: (job: JobRef, body: ModeWish = {}) => verb(job, 'restart', body),
    scaleJob: (job: JobRef, wish: number | ScaleWish) =>
      verb(job, 'scale', typeof wish === 'number' ? { parallelism: wish } : wish),
    /** Goes back to an earlier revision, with the state that the job has now. */
    rollbackJob: (job: JobRef, body: ModeWish & { readonly to?: number | undefined } = {}) =>
      verb(job, 'rollback', body),
    /** Starts the job from a savepoint, of its own or of another job. */
    restoreJob: (job: JobRef, body: RestoreWish) => verb(job, 'restore', body),
    /** Makes the candidate of a blue/green upgrade the job. */
    promoteCandidate: (job: JobRef) => verb(job, 'promote', {}),
    /** Ends the candidate of a blue/green upgrade. */
    discardCandidate: (job: JobRef) => verb(job, 'discard', {}),
    /** Asks for the job's removal. */
    removeJob: (job: JobRef, query: RemovalWish = {}) =>
      ask({ method: 'DELETE', path: jobPath(job), query: { ...query } }),
    /** Asks an operation that waits or runs to give up. */
    abortOperation: (job: JobRef, number: number) => verb(job, `operations/${number}/abort`, {}),
    /** Asks for a savepoint of the running job; its number will be that of the operation. */
    createSavepoint: (job: JobRef, wish: SavepointWish = {}) => verb(job, 'savepoints', wish),
    /** Asks for the deletion of a savepoint's files. */
    disposeSavepoint: (job: PastJobRef, number: number, { force }: DisposalWish = {}) =>
      ask({ method: 'DELETE', path: `${jobPath(job)}/savepoints/${number}`, query: { force, uid: job.uid } }),
    /** The same for several of a removed job: `all`, or those `overRetention`. */
    disposeSavepoints: (job: PastJobRef, which: string, { force }: DisposalWish = {}) =>
      ask({ method: 'DELETE', path: `${jobPath(job)}/savepoints`, query: { which, force, uid: job.uid } }),
  };
}
