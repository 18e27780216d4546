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

/** A job that has never run starts from where its spec says now, not from where an earlier one said. */
export function correctFirstStart(state: JobState, { spec }: FlinkJob): void {
  const before = state.revision.spec.spec.job.initialSavepoint;
  if (state.lastRun || before === undefined || state.restorePoint !== before) return;
  state.restorePoint = spec.job.initialSavepoint;
}
