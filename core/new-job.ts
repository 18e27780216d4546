/** The state of a job that was just made. */
import type { JobState, Revision } from './job-state.ts';

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
