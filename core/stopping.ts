/**
 * How a running job is ended so that another may go on from its state: the next step, decided on what is seen. Nothing
 * here is remembered between steps, so an attempt that takes over sees what the one before it did.
 */

/** What is known of the job that is to end. */
export interface StopSeen {
  /** As its JobManager lists it, and since when; absent when it does not know the job. */
  readonly job?: { readonly state: string; readonly ended: boolean; readonly startedAtMs: number };
  /** What Flink says of our request to stop with a savepoint. `unknown`: never heard of, or forgotten. */
  readonly request:
    | { readonly state: 'unknown' | 'inProgress' }
    | { readonly state: 'completed'; readonly location: string }
    | { readonly state: 'failed'; readonly trace: string };
  /** Whether the request was noted on the anchor: then it may have been sent, even where Flink does not know it. */
  readonly noted: boolean;
  /** Whether it is certain that a request that Flink does not know has not arrived, and would count once if it did so yet. */
  readonly mayRepeat: boolean;
  /** Whether the job shall be stopped with a savepoint, and the spec says where savepoints go. */
  readonly wantsSavepoint: boolean;
  /** The newest completed checkpoint that the JobManager knows and has kept. */
  readonly checkpoint?: PointSeen;
  /** The newest savepoint, where the job was stopped with it: by us, into this generation's own folder, or by a person. */
  readonly stopSavepoint?: PointSeen;
  /** Whether it was restored after that savepoint and then ended: it failed while it stopped, and Flink ran it again. */
  readonly hasRunAgain?: true;
  /** The number of the newest checkpoint that it completed, though that may be gone: a job that finishes removes its own. */
  readonly completedId?: number;
  /** Whether this JobManager has run the job from its beginning: then there is no point that it does not know. */
  readonly knowsAll: boolean;
  /** Whether the job's checkpoints survive a cancellation; its own code may have said otherwise. */
  readonly retainsCheckpoints: boolean;
  /** Whether the job, or tasks of it, are on their way to RUNNING, and may still be waited for. */
  readonly tasksStarting: boolean;
  /** Whether the time for a savepoint is over. */
  readonly timeIsUp: boolean;
  /** Whether the newest checkpoint may do where no savepoint can be had. */
  readonly checkpointMayDo: boolean;
  /** Whether it began from a restore point, and not empty. */
  readonly isRestored: boolean;
  /** Checkpoints completed before this instant, in milliseconds since 1970, are too old to go on from. */
  readonly oldestMs: number;
}

/** Checkpoints and savepoints of a job count with the same numbers: the higher one is newer. */
export interface PointSeen {
  readonly id: number;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly completedAtMs: number;
}

export type PointKind = 'savepoint' | 'checkpoint';

export type StopStep =
  | { readonly action: 'wait' | 'ask' | 'cancel' }
  /** Its JobManager has not had the job, though its main method may still submit it: end the pods, then see. */
  | { readonly action: 'neverTaken' }
  /** End the pods, then take the newest point that the storage has: right whatever happened before. */
  | {
      readonly action: 'readStorage';
      readonly why: string;
      /** Where the storage has no point at all, the job had finished by itself. */
      readonly elseFinished?: true;
    }
  | {
      readonly action: 'stopped';
      readonly restorePoint?: string;
      readonly kind?: PointKind;
      /** The stop's savepoint after which the job ran again, and completed that checkpoint. */
      readonly overtaken?: string;
      /** Of a checkpoint: the savepoint of a stop does not age. */
      readonly age?: StateAge;
      readonly finished?: true;
      readonly detail: string;
    }
  /** Ended without a point of its own: what it was started from is still the newest. */
  | { readonly action: 'unchanged'; readonly age?: StateAge; readonly detail: string }
  /** The job runs on, untouched. */
  | { readonly action: 'refuse'; readonly trace: string }
  /** Its state is too old to go on from: it is left as it is. */
  | { readonly action: 'tooOld'; readonly age: StateAge };

/** Since when a job has kept no state, in milliseconds since 1970, and what was then. */
export interface StateAge {
  readonly sinceMs: number;
  readonly from: 'checkpoint' | 'start';
}

/**
 * Whether no checkpoint means that the job has completed none. Flink's adaptive scheduler has no tasks while it waits for slots, and
 * then tells of no checkpoint either, nor does it when the job is canceled in that state: whatever the job has done before.
 */
export function tellsOfCheckpoints({ tasksTotal }: { readonly tasksTotal: number }, hasRun: boolean): boolean {
  return tasksTotal > 0 || !hasRun;
}

/**
 * Whether the savepoint of a stop is the job's newest point. A job that failed while it stopped runs again: what it completes then has
 * committed more than the savepoint.
 * @param completedId number of the newest checkpoint that it has completed, if any.
 */
export function isNewestPoint({ id }: Pick<PointSeen, 'id'>, completedId: number | undefined): boolean {
  return completedId === undefined || id > completedId;
}

/** The next step towards the job's end. */
export function decideStop(seen: StopSeen): StopStep {
  const { job } = seen;
  if (!job) return unknownJob(seen);
  return job.ended ? afterItsEnd(job.state, seen) : whileItRuns(job.state, seen);
}

function unknownJob({ knowsAll }: StopSeen): StopStep {
  if (knowsAll) return { action: 'neverTaken' };
  return { action: 'readStorage', why: 'its JobManager does not know the job' };
}

function afterItsEnd(state: string, seen: StopSeen): StopStep {
  const { request, checkpoint, stopSavepoint } = seen;
  if (request.state === 'completed') return stoppedAt('savepoint', request.location);
  // It has ended because of the stop: the answer comes in a moment.
  if (request.state === 'inProgress') return seen.timeIsUp ? notEnding : { action: 'wait' };
  if (state === 'FINISHED') return afterItsFinish(seen);
  if (savepointIn(request) !== undefined && !stopSavepoint)
    return { action: 'readStorage', why: 'it failed while stopping' };
  if (stopSavepoint && isNewestPoint(stopSavepoint, checkpoint?.id)) return stoppedAt('savepoint', stopSavepoint.path);
  if (checkpoint)
    return isTooOld(seen) ?? { ...stoppedAt('checkpoint', checkpoint.path, stopSavepoint), ...aged(seen) };
  if (seen.knowsAll)
    return isTooOld(seen) ?? { action: 'unchanged', ...aged(seen), detail: 'it had completed no checkpoint' };
  return { action: 'readStorage', why: `it is ${state.toLowerCase()}` };
}

/** A JobManager that was replaced after the stop was asked for may have lost both the answer and the statistics. */
function afterItsFinish({ stopSavepoint, hasRunAgain, completedId, noted, knowsAll }: StopSeen): StopStep {
  if (stopSavepoint && !hasRunAgain && isNewestPoint(stopSavepoint, completedId))
    return stoppedAt('savepoint', stopSavepoint.path);
  // It failed while it stopped, ran again, and came to its own end: all since the savepoint would be done twice.
  if (stopSavepoint) return finishedByItself;
  if (noted && !knowsAll) return { action: 'readStorage', why: 'it finished while it was stopped', elseFinished: true };
  return finishedByItself;
}

const finishedByItself: StopStep = { action: 'stopped', finished: true, detail: 'it had finished' };

function whileItRuns(state: string, seen: StopSeen): StopStep {
  const { request } = seen;
  if (request.state === 'completed') return seen.timeIsUp ? notEnding : { action: 'wait' };
  if (request.state === 'inProgress') return seen.timeIsUp ? notEnding : { action: 'wait' };
  if (request.state === 'failed') {
    // It has committed what the savepoint holds, and may run again from an older checkpoint: it must not go on.
    if (savepointIn(request) !== undefined) return cancelled(state, seen);
    return seen.checkpointMayDo
      ? (isTooOld(seen) ?? cancelled(state, seen))
      : { action: 'refuse', trace: request.trace };
  }
  if (seen.timeIsUp) return notEnding;
  if (seen.wantsSavepoint && state === 'RUNNING') return askedOnce(seen);
  if (mayRunAgain(state, seen)) return { action: 'wait' };
  return isTooOld(seen) ?? cancelled(state, seen);
}

/**
 * Where nothing but a savepoint will do, a job that only restarts gets the time to run again. One that does not come up has
 * nothing that could be left running. After a stop that was noted it must not run again.
 */
function mayRunAgain(state: string, seen: StopSeen): boolean {
  const isAwaited = seen.wantsSavepoint && !seen.checkpointMayDo && !seen.noted;
  return isAwaited && seen.tasksStarting && state !== 'CANCELLING';
}

/** So many failures within that time are no chance: the job will not come up by waiting. */
const loopFailures = 3;
const loopMs = 5 * 60_000;

/** @param failedAtMs when a job that restarts now has failed, the newest first, in milliseconds by one clock. */
export function isCrashLoop(failedAtMs: readonly number[]): boolean {
  const [newest, earlier] = [failedAtMs[0], failedAtMs[loopFailures - 1]];
  return newest !== undefined && earlier !== undefined && newest - earlier <= loopMs;
}

function isTooOld(seen: StopSeen): StopStep | undefined {
  const age = ageOf(seen);
  return age && age.sinceMs < seen.oldestMs ? { action: 'tooOld', age } : undefined;
}

/**
 * Without a checkpoint of its own it would go on from where it began: all since then would be done again. One that began
 * empty has no state that could be too old, and may be in a crash loop that the next spec mends.
 */
function ageOf({ job, checkpoint, isRestored }: StopSeen): StateAge | undefined {
  if (checkpoint) return { sinceMs: checkpoint.completedAtMs, from: 'checkpoint' };
  return job && isRestored ? { sinceMs: job.startedAtMs, from: 'start' } : undefined;
}

function aged(seen: StopSeen): { readonly age?: StateAge } {
  const age = ageOf(seen);
  return age ? { age } : {};
}

const notEnding: StopStep = { action: 'readStorage', why: 'it did not end in time' };

/**
 * A request that was sent and that Flink does not know: it was lost on its way, or its JobManager was lost meanwhile and runs the job
 * again, or has forgotten the answer. Another savepoint then would commit twice what the first one did.
 */
function askedOnce({ noted, knowsAll, mayRepeat, tasksStarting }: StopSeen): StopStep {
  if (noted && !knowsAll && !mayRepeat) return { action: 'readStorage', why: 'its answer to the stop is lost' };
  // Flink refuses a savepoint while a task of the job is not there yet: after a rescale, or a failure of its own.
  return { action: tasksStarting ? 'wait' : 'ask' };
}

function cancelled(state: string, { retainsCheckpoints }: StopSeen): StopStep {
  if (!retainsCheckpoints) return { action: 'readStorage', why: 'a cancellation would delete its checkpoints' };
  return { action: state === 'CANCELLING' ? 'wait' : 'cancel' };
}

/**
 * Where Flink has made a savepoint although the job failed while it stopped; undefined where it has made none.
 * The words are those of Flink's `StopWithSavepointStoppingException`, 1.20 to 2.3.
 */
function savepointIn(request: StopSeen['request']): string | undefined {
  if (request.state !== 'failed') return undefined;
  return /savepoint has been created at: ?([^\s,]+)/i.exec(request.trace)?.[1];
}

function stoppedAt(kind: PointKind, path: string, older?: PointSeen): StopStep {
  const overtaken = older && { overtaken: older.path };
  return { action: 'stopped', restorePoint: path, kind, ...overtaken, detail: `${kind} ${path}` };
}
