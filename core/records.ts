/** Rows that workflows hand to PostgreSQL. Each carries what makes writing it again, or in another order, harmless. */
import type { JobView } from './job.ts';
import type { OperationRecord } from './operation.ts';
import type { SavepointRecord } from './savepoint.ts';
import type { DecisionRecord } from './scaling/decision-record.ts';
import type { ToldInput } from './autoscaler/packed-samples.ts';
import type { GivenParallelism } from './scaling/given-parallelism.ts';
import type { FlinkJob } from './schema/flink-job.ts';

/** The state of a job; the row with the highest `seq` for a uid stays. */
export interface JobRow {
  readonly kind: 'job';
  readonly uid: string;
  readonly seq: number;
  readonly job: JobView;
}

/** An accepted spec; written once per (uid, revision). */
export interface RevisionRow {
  readonly kind: 'revision';
  readonly uid: string;
  readonly revision: number;
  readonly spec: FlinkJob;
  /** SHA-256 hex of the canonical spec: the same spec again makes no revision. */
  readonly specHash: string;
  readonly acceptedBy: string;
  readonly acceptedAt: string;
  /** What of its parallelism was given beside the applied spec. */
  readonly given?: GivenParallelism;
}

/** The whole record of an operation; the row with the highest `seq` for (uid, number) stays. */
export interface OperationRow {
  readonly kind: 'operation';
  readonly uid: string;
  readonly seq: number;
  readonly operation: OperationRecord;
}

/** Something that happened; written once per (uid, operation, seq). `operation` is 0 for what belongs to none. */
export interface EventRow {
  readonly kind: 'event';
  readonly uid: string;
  readonly operation: number;
  readonly seq: number;
  readonly at: string;
  /** Stable word, such as `stepDone`, `operationFailed`, `specAccepted`. */
  readonly type: string;
  readonly text: string;
  /** How many events it stands for that were dropped; it is on its way only, the text says it to people. */
  readonly dropped?: number;
}

/** The whole record of a savepoint; the row with the highest `seq` for (uid, number) stays. */
export interface SavepointRow {
  readonly kind: 'savepoint';
  readonly uid: string;
  readonly seq: number;
  readonly savepoint: SavepointRecord;
}

/** A decision of the autoscaler; the row with the highest `seq` for (uid, number) stays. */
export interface DecisionRow {
  readonly kind: 'decision';
  readonly uid: string;
  readonly seq: number;
  readonly decision: DecisionRecord;
}

/** All that a decision was made of: written once per (uid, number), and not kept as long. */
export interface DecisionInputRow {
  readonly kind: 'decisionInput';
  readonly uid: string;
  readonly number: number;
  readonly at: string;
  readonly input: ToldInput;
}

export type RecordRow = JobRow | RevisionRow | OperationRow | EventRow | SavepointRow | DecisionRow | DecisionInputRow;
