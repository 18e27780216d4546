/** The state of a job that was just made. */
import type { JobState, Revision } from './job-state.ts';
import type { FlinkJob } from './schema/flink-job.ts';

export interface NewJob extends Pick<JobState, 'uid' | 'tenant' | 'name' | 'createdAt'> {
  readonly revision: Revision;
  /** From where it waits to start, where it is not the first of its name to run. */
  readonly restorePoint?: string | undefined;
}

export function newJob({ restorePoint, ...identity }: NewJob): JobState {
  return {
    ...identity,
    phase: 'PENDING',
    generations: [],
    lastGeneration: 0,
    lastOperation: 0,
    jobSeq: 0,
    eventSeq: 0,
    queue: [],
    answered: [],
    askedCluster: false,
    unwritten: [],
    ...(restorePoint === undefined ? {} : { restorePoint }),
  };
}

/**
 * A job that has never run, and has no state of its own, starts from where its spec says now, not from where an earlier one said, or said nothing.
 * @param before the earlier one.
 */
export function correctFirstStart(
  state: Pick<JobState, 'lastRun' | 'restorePoint'>,
  before: FlinkJob,
  now: FlinkJob,
): void {
  if (state.lastRun) return;
  state.restorePoint = firstStart(state.restorePoint, before, now);
}

/** From where a job starts that has never run. @param waiting what it waits with. */
export function firstStart(waiting: string | undefined, before: FlinkJob, now: FlinkJob): string | undefined {
  return waiting === before.spec.job.initialSavepoint ? now.spec.job.initialSavepoint : waiting;
}
