/** The states of a job, in Flink's words. */

/** Final are FINISHED, CANCELED and FAILED; a SUSPENDED job has only lost its JobManager. */
export const flinkJobStates = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'RESTARTING',
  'RECONCILING',
  'FAILING',
  'CANCELLING',
  'SUSPENDED',
  'FINISHED',
  'CANCELED',
  'FAILED',
] as const;

export type FlinkJobState = (typeof flinkJobStates)[number];
