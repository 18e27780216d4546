/** Which savepoints of a removed job go when its user asks for it. */
import { withCandidateFrom } from './candidate.ts';
import { refusalOfQueue, type Refusal } from './job-changes.ts';
import type { JobState } from './job-state.ts';
import type { JobView } from './job.ts';
import { isPinned, pinnedPoints, pinningOf, restoringFrom } from './pinning.ts';
import { disposalRefusal, disposalsMax, filesOf, newestOf, overRetention } from './retention.ts';
import type { CompletedSavepoint } from './savepoint.ts';
import { isAmong } from './savepoint-list.ts';
import type { RecalledJob } from './removed-job.ts';
import { completed } from './spec/completed.ts';
import { isSamePlace } from './storage-uri.ts';

/** Several at once: `overRetention` goes by the retention of the job's last spec, and by the age that they have now. */
export const removedSelections = ['all', 'overRetention'] as const;
export type RemovedSelection = (typeof removedSelections)[number];

/** `force`: the newest one too, and what the job was started from where it may have been left running. */
export type RemovedWish =
  | { readonly number: number; readonly force: boolean }
  | { readonly which: RemovedSelection; readonly force: boolean };

/**
 * What goes, the oldest first, and no more than one operation deletes.
 * @param all those of the job whose files are there, the oldest first.
 */
export function chosenOfRemoved(
  all: readonly CompletedSavepoint[],
  job: JobView,
  wish: RemovedWish,
  nowMs: number,
): readonly CompletedSavepoint[] | Refusal {
  if ('number' in wish) return theOne(all, job, wish);
  const chosen = wish.which === 'all' ? allThatMay(all, job, wish.force) : over(all, job, nowMs);
  return chosen.length > 0 ? chosen : none(`No savepoint of job ${job.name} is to go by that.`);
}

function theOne(
  all: readonly CompletedSavepoint[],
  job: JobView,
  { number, force }: { readonly number: number; readonly force: boolean },
): readonly CompletedSavepoint[] | Refusal {
  const savepoint = all.find((one) => one.number === number);
  if (!savepoint) return none(`Job ${job.name} has no savepoint ${number} with files.`);
  const refusal = force ? undefined : disposalRefusal(savepoint, all, pinningOf(job));
  // What goes is its files: every record of them says so.
  return refusal ?? all.filter((one) => isAmong(one, [savepoint]));
}

function allThatMay(all: readonly CompletedSavepoint[], job: JobView, force: boolean): readonly CompletedSavepoint[] {
  const root = rootOf(job);
  const asked = force ? all : all.filter((one) => !isAmong(one, newestOf(all)) && !isPinned(one, pinningOf(job)));
  return asked.filter(({ path }) => root !== undefined && filesOf(path, root) !== undefined).slice(0, disposalsMax);
}

function over(all: readonly CompletedSavepoint[], job: JobView, nowMs: number): readonly CompletedSavepoint[] {
  const root = rootOf(job);
  if (root === undefined) return [];
  const { retain } = completed(job.spec).spec.savepoints;
  return overRetention(all, { retain, root, ...pinningOf(job) }, nowMs);
}

function rootOf({ spec }: JobView): string | undefined {
  return spec.spec.storage.savepoints;
}

function none(message: string): Refusal {
  return { code: 'NO_SUCH_SAVEPOINT', message };
}

/**
 * What goes with the job where its deletion says so: all that lies where savepoints are kept, but what the deletion keeps of
 * its state.
 * @param root where savepoints lie, as the spec says it.
 * @param kept from where it could go on; undefined where that shall be forgotten too.
 */
export function goingWithJob(
  all: readonly CompletedSavepoint[],
  root: string | undefined,
  kept: string | undefined,
): readonly CompletedSavepoint[] {
  if (root === undefined) return [];
  return all.filter(({ path }) => filesOf(path, root) !== undefined && !isPinned({ path }, { restorePoint: kept }));
}

/**
 * Why savepoints of a removed job may not go; undefined when they may.
 * @param points from where the job may start that has its name now: other jobs are asked for just before the files are deleted.
 * @param waiting how many such operations wait.
 */
export function refusalOfDisposal(
  { job, savepoints }: Pick<RecalledJob, 'job' | 'savepoints'>,
  points: readonly string[],
  waiting: number,
): Refusal | undefined {
  if (savepoints.length === 0) return none(`Job ${job.name} has no such savepoint with files any more.`);
  const needed = savepoints.find(({ path }) => points.some((point) => isSamePlace(point, path)));
  if (!needed) return refusalOfQueue(job.name, waiting);
  const message = `Job ${job.name}, which has the name of the removed one now, may start from savepoint ${needed.number}.`;
  return { code: 'SAVEPOINT_NEEDED', message };
}

/** All points from which a job, or its candidate, may be started, or started again. */
export function startsOf(living: JobState | undefined): readonly string[] {
  if (!living || living.phase === 'REMOVED') return [];
  return pinnedPoints({ ...withCandidateFrom(living), restoring: restoringFrom(living) });
}

/** The same, as its records tell it. */
export function recordedStarts(living: JobView | undefined): readonly string[] {
  if (!living || living.phase === 'REMOVED') return [];
  return pinnedPoints(pinningOf(living));
}

/** Why a job may not start from these points; undefined when it may. @param going savepoints that are about to be deleted. */
export function refusalOfStart(
  going: readonly CompletedSavepoint[],
  points: readonly (string | undefined)[],
): Refusal | undefined {
  const gone = going.find(({ path }) => points.some((point) => point !== undefined && isSamePlace(point, path)));
  return gone && none(`Savepoint ${gone.number} of the removed job, ${gone.path}, is being disposed of.`);
}
