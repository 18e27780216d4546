/** The states of a job, in Flink's words. */

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

const finalStates: ReadonlySet<string> = new Set<FlinkJobState>(['FINISHED', 'CANCELED', 'FAILED']);

/** Whether a job that is so has ended: a SUSPENDED one has only lost its JobManager, and of one that is not told of nobody knows. */
export function isFinalState(state: string): boolean {
  return finalStates.has(state);
}
