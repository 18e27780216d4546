/** What went wrong, for people and for machines: every failed operation, refused request and unhealthy job carries one. */

/** Stable codes: scripts match on them, so a code is never renamed. The sentence beside it may be improved freely. */
export type FailureCode =
  | 'IMAGE_NOT_PULLED'
  | 'NOT_SCHEDULABLE'
  | 'POD_NOT_STARTED'
  | 'CRASH_LOOP'
  | 'OUT_OF_MEMORY'
  | 'OBJECTS_REFUSED'
  | 'NAME_TAKEN'
  | 'JOB_MANAGER_SILENT'
  | 'NOT_ENOUGH_SLOTS'
  | 'ENTRY_CLASS_MISSING'
  | 'JAR_MISSING'
  | 'MAIN_METHOD_THREW'
  | 'NO_JOB_SUBMITTED'
  | 'SUBMISSION_REFUSED'
  | 'JOB_FAILED'
  | 'ANCHOR_UNREADABLE'
  | 'JOB_CANCELED_OUTSIDE'
  | 'TASKS_NOT_RUNNING'
  | 'CHECKPOINT_FAILED'
  | 'CHECKPOINT_TIMED_OUT'
  | 'STORAGE_UNUSABLE'
  | 'SAVEPOINT_FAILED'
  | 'SAVEPOINT_TIMED_OUT'
  | 'NO_SAVEPOINT_STORAGE'
  | 'SAVEPOINT_IN_USE'
  | 'SAVEPOINT_NEEDED'
  | 'RECORDS_AWAY'
  | 'JOB_NOT_RUNNING'
  | 'STATE_TOO_OLD'
  | 'STATE_GONE'
  | 'STATE_INCOMPATIBLE'
  | 'NOT_STABLE'
  | 'ROLLBACK_UNSAFE'
  | 'PARALLELISM_TOO_HIGH'
  | 'NOT_RESCALABLE'
  | 'NO_SUCH_VERTEX'
  | 'PODS_NOT_GONE'
  | 'OBJECTS_GONE'
  | 'OBJECTS_NOT_GONE'
  | 'OBJECTS_DELETED'
  | 'OBJECTS_CHANGED'
  | 'JOB_VANISHED'
  | 'JOB_MANAGER_LOST'
  | 'NODE_LOST'
  | 'RESTART_LOOP'
  | 'CHECKPOINT_TOO_OLD'
  | 'STANDSTILL'
  | 'HEALTH_UNKNOWN'
  | 'NOT_BROUGHT_BACK'
  | 'CLUSTER_SILENT'
  | 'EARLIER_OPERATION_RUNS'
  | 'ABORTED'
  | 'SUPERSEDED'
  | 'INTERNAL';

/** A failure as it travels in operation records, events and API answers. */
export interface Failure {
  readonly code: FailureCode;
  /** One sentence: what happened, with the names and numbers that matter. */
  readonly message: string;
  /** One sentence: what the reader can do about it. */
  readonly cure: string;
  /** The log's last lines or the exception, redacted and at most 2 KB. */
  readonly evidence?: string;
}

/** The longest evidence a failure carries, in characters: payloads and records stay small. */
const evidenceLengthMax = 2048;

/** Cuts evidence to its last `evidenceLengthMax` characters (the end of a log says why) at a line break. */
export function cutEvidence(text: string): string {
  if (text.length <= evidenceLengthMax) return text;
  const tail = text.slice(-evidenceLengthMax);
  const lineEnd = tail.indexOf('\n');
  return lineEnd === -1 || lineEnd > evidenceLengthMax / 2 ? tail : tail.slice(lineEnd + 1);
}

/** Whether it is one, of whatever release. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'cure' in value;
}
