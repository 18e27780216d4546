/** The steps of every operation, with the words that people read. */

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
  strangerRemoved: 'What the job does not know of removed',
  noRoom: 'No room for two Flink clusters: the old one goes first',
  primed: 'Flink cluster primed',
  stable: 'Job is stable',
  newStopped: 'Job of the new revision stopped',
  newRemoved: 'Flink cluster of the new revision removed',
  rollbackStarted: 'Flink cluster of the last stable revision is up',
  rollbackSubmitted: 'Last stable revision submitted again',
  rollbackRunning: 'Tasks of the last stable revision running',
  rollbackPublished: 'Service points at the last stable revision',
  jobStopped: 'Job stopped',
  anchorUpdated: 'Revision noted',
  jobCanceled: 'Job canceled',
  savepointTaken: 'Savepoint taken',
  podsGone: 'Pods gone',
  highAvailabilityRemoved: 'High-availability data removed',
  objectsRemoved: 'Objects removed',
  startedStopped: 'Started job stopped',
  undone: 'What was started is cleared away',
} as const;

export type StepName = keyof typeof stepTitles;
