/** What an agent tells a job's workflow. */
import type { Finding } from '../recovery/finding.ts';
import type { Observation } from './observation.ts';

/** The signal's name, which is never changed. */
export const jobObservedName = 'jobObserved';

/** What was seen of the job, and what is wrong with it by the recovery table; without a finding all is well. */
export interface JobObservedSignal {
  readonly observation: Observation;
  readonly finding?: Finding;
}

/** The name of the signal that nothing of a job is in its cluster; never changed. */
export const objectsGoneName = 'objectsGone';

/** What was not found: one that comes late must not be taken for what has been made since. */
export interface ObjectsGoneSignal {
  /** The job's. */
  readonly uid: string;
  /** The number of the generation that the job said it ran, before its objects were looked for. */
  readonly generation: number;
}

/** The name of the query that a job answers about itself; never changed. */
export const jobStatusName = 'jobStatus';
