/** The steps of every operation, in order, with the words that people read. A new operation adds one entry. */
import type { OperationKind } from './operation.ts';

/** Titles by step name. Names are stable (scripts and records use them); titles may be improved. */
export const stepTitles = {
  clusterAsked: 'Cluster asked what already runs under this name',
  previousStopped: 'Previous job stopped',
  previousRemoved: 'Previous Flink cluster removed',
  objectsApplied: 'Objects applied',
  podsScheduled: 'Pods scheduled',
  imagesPulled: 'Images pulled',
  jobManagerAnswers: 'JobManager answers',
  slotsRegistered: 'Slots registered',
  jobSubmitted: 'Job submitted',
  tasksRunning: 'Tasks running',
  servicePublished: 'Service points at this generation',
  firstCheckpoint: 'First checkpoint completed',
  jobCanceled: 'Job canceled',
  podsGone: 'Pods gone',
  highAvailabilityRemoved: 'High-availability data removed',
  objectsRemoved: 'Objects removed',
  startedStopped: 'Started job stopped',
  undone: 'What was started is cleared away',
} as const;

export type StepName = keyof typeof stepTitles;

/** What a person calls the operation, for summaries in the Temporal UI and events. */
export const operationTitles: Record<OperationKind, string> = {
  deploy: 'Deploy',
  remove: 'Remove',
};
