/** Which savepoints are kept, and which of them may be deleted. */
import type { Refusal } from './job-changes.ts';
import { isPinned, type Pinning } from './pinning.ts';
import type { CompletedSavepoint } from './savepoint.ts';
import { isAmong, onePerPath } from './savepoint-list.ts';
import type { SavepointSettings } from './savepoint-schedule.ts';
import { parseDurationMs } from './spec/duration.ts';
import { liesBelow } from './storage-uri.ts';

/** The most that one operation deletes: the rest follows with the next one. */
export const disposalsMax = 20;

/** What of a job decides it. */
export interface Retaining extends Pinning {
  readonly retain: SavepointSettings['retain'];
  /** Where savepoints lie, as the spec says it. */
  readonly root: string;
}

/** What is over the retention, the oldest first. @param savepoints those that are there, the oldest first. */
export function overRetention(
  savepoints: readonly CompletedSavepoint[],
  job: Retaining,
  nowMs: number,
): readonly CompletedSavepoint[] {
  const { count, age } = job.retain;
  const oldestMs = age === undefined ? Number.NEGATIVE_INFINITY : nowMs - parseDurationMs(age);
  const there = onePerPath(savepoints);
  const surplus = there.length - count;
  const over = there
    .filter((one, index) => index < surplus || Date.parse(one.takenAt) < oldestMs)
    .filter((one) => !isPinned(one, job) && filesOf(one.path, job.root) !== undefined);
  const kept = newestOf(savepoints);
  return savepoints.filter((one) => isAmong(one, over) && !isAmong(one, kept)).slice(0, disposalsMax);
}

/** Why a savepoint may not be deleted unless its user insists; undefined when it may. */
export function disposalRefusal(
  savepoint: CompletedSavepoint,
  savepoints: readonly CompletedSavepoint[],
  job: Pinning,
): Refusal | undefined {
  const { number } = savepoint;
  if (isPinned(savepoint, job))
    return inUse(
      `The job may need savepoint ${number}: it waits with it, is to be restored from it, or has completed no checkpoint since.`,
    );
  if (isAmong(savepoint, newestOf(savepoints))) return inUse(`Savepoint ${number} is the newest one of the job.`);
  return undefined;
}

/** What was taken of a candidate takes no other's place as the job's newest one. */
export function newestOf(savepoints: readonly CompletedSavepoint[]): readonly CompletedSavepoint[] {
  const own = savepoints.findLast(({ ofCandidate }) => !ofCandidate);
  return [...savepoints.slice(-1), ...(own ? [own] : [])];
}

function inUse(message: string): Refusal {
  return { code: 'SAVEPOINT_IN_USE', message };
}

/**
 * What is deleted with a savepoint: the folder of the operation that took it, or of a stop only the savepoint itself, for
 * another one may lie beside it. Undefined for a path that Drey has not made, and for one on a storage that the job had
 * before: from a pod of today it would only seem to be gone.
 */
export function filesOf(path: string, root: string): string | undefined {
  if (path.includes('/../') || !liesBelow(path, root)) return undefined;
  const own = /^.+\/[a-z][a-z0-9]{7}\/(?:(taken-\d+)|stop-\d+-\d+)\/savepoint-[^/]+$/.exec(path);
  if (!own) return undefined;
  return own[1] === undefined ? path : path.slice(0, path.lastIndexOf('/'));
}
