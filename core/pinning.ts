/** Which savepoints a job may need: they are never cleaned up. */
import type { JobView } from './job.ts';
import type { JobState } from './job-state.ts';
import { isSamePlace } from './storage-uri.ts';

/** What of a job tells it. */
export interface Pinning {
  /** From where it waits to start. */
  readonly restorePoint?: string | undefined;
  /** From where it runs, as long as it has not been seen to complete a checkpoint since. */
  readonly startedFrom?: string | undefined;
  /** From where its candidate was started, which goes back there where it has completed no checkpoint. */
  readonly candidateFrom?: string | undefined;
  /** From where operations that were accepted are to start it. */
  readonly restoring?: string | readonly string[] | undefined;
}

/** Whether the job waits with it, is to be started from it, or was and may need it again. */
export function isPinned({ path }: { readonly path?: string }, job: Pinning): boolean {
  return path !== undefined && pinnedPoints(job).some((point) => isSamePlace(point, path));
}

/** All points from which the job, or its candidate, may be started, or started again. */
export function pinnedPoints({ restorePoint, startedFrom, candidateFrom, restoring }: Pinning): readonly string[] {
  return [restorePoint, startedFrom, candidateFrom, restoring].flat().flatMap((point) => point ?? []);
}

/** From where operations that were accepted are to start a job: the one under way comes first. */
export function restoringFrom({ running, queue }: Pick<JobState, 'running' | 'queue'>): readonly string[] {
  return [running, ...queue].flatMap((one) => one?.restoreFrom ?? []);
}

/** The same, as its records tell it. */
function recordedRestoring({ restoring, restoringNext = [] }: JobView): readonly string[] {
  return [restoring ?? [], restoringNext].flat();
}

/** What of a job counts: one that was removed waits for nothing, but may have been left running. */
export function pinningOf(job: JobView): Pinning {
  if (job.phase === 'REMOVED') return { startedFrom: job.startedFrom };
  return { ...job, candidateFrom: job.candidate?.startedFrom, restoring: recordedRestoring(job) };
}
