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

/** The name of the signal that nothing of a job is in its cluster; never changed. It carries nothing: the job knows what it runs. */
export const objectsGoneName = 'objectsGone';
