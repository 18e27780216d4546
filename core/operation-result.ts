/** What an operation's child workflow hands back to the job's entity, on success and on failure alike. */
import type { AgingPoint } from './aging.ts';
import type { AskedChange } from './asked-change.ts';
import type { Failure } from './failure.ts';
import type { Generation } from './generation.ts';
import type { Revision } from './job-state.ts';
import type { OperationRecord } from './operation.ts';
import type { PlanMode } from './plan/change-plan.ts';
import type { RecordRow } from './records.ts';
import type { CompletedSavepoint, SavepointRecord } from './savepoint.ts';
import type { SavepointWish } from './savepoint-wish.ts';
import type { Deletion, FlinkJob, SavepointsLeft } from './schema/flink-job.ts';

export interface OperationResult {
  readonly record: OperationRecord;
  /** Sequence number of `record` as a row. */
  readonly recordSeq: number;
  /** Generations of the job that may exist in the cluster now; the last one is the active one. */
  readonly generations: readonly Generation[];
  /** Whether what ran before the operation was left as it was. */
  readonly leftRunning: boolean;
  /** Whether the job has finished by itself. */
  readonly finished?: boolean;
  /** Whether its revision is what the job is now, though the operation failed: it could not clear away what is left of the one before. */
  readonly isBrought?: boolean;
  /** From where the job must start next when no generation runs it: kept until a start has used it. */
  readonly restorePoint?: string;
  /** Since when that point ages; absent where it does not, or nobody knows. */
  readonly aging?: AgingPoint;
  /** From where the job runs that has not been seen to complete a checkpoint since: it may need that again. */
  readonly startedFrom?: string;
  /** Savepoints whose records it changed, as they are now. */
  readonly savepoints?: readonly SavepointRecord[];
  readonly failure?: Failure;
  /** Rows that the child could not write before it ended. */
  readonly unwritten: readonly RecordRow[];
}

/** What every operation is started with. */
export interface OperationInput {
  /** The record as it was queued. */
  readonly record: OperationRecord;
  readonly recordSeq: number;
  readonly tenant: string;
  readonly name: string;
  readonly uid: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Generations that may exist in the cluster; the last one is the active one. */
  readonly generations: readonly Generation[];
  readonly restorePoint?: string;
  /** Since when that point ages, as the operation before has told. */
  readonly aging?: AgingPoint;
  /** Whether a candidate runs beside the job, which an operation that brings the job back leaves alone. */
  readonly besideCandidate?: true;
  /** Whether the job ran when the operation's turn came, as far as was known. */
  readonly wasRunning: boolean;
  /** Whether somebody has canceled the job in Flink: what clears it away keeps its state. */
  readonly wasCanceled?: true;
  /** The spec that the job shall have, or has. */
  readonly spec: FlinkJob;
  /** How the job is ended when it is removed, for this once; else the spec says it. */
  readonly deletion?: Deletion;
  /** What becomes of its savepoints then, for this once; else the spec says it. */
  readonly savepointsLeft?: SavepointsLeft;
  /** What last ran as it should, where a lost operation may have stopped it: it is gone back to where this one fails. */
  readonly lastStable?: Revision;
  /** Whether nothing of the job shall wait for its cluster any more, what an earlier workflow of it began neither. */
  readonly forgets?: true;
  /** The savepoint from which an operation that waits is to start the job: it is kept for that. */
  readonly restoring?: string;
  /** Operations just before this one that ended without a result. */
  readonly lost?: readonly number[];
  /** The savepoint that its caller named: the job starts from that, and what it has done since is left behind. */
  readonly restoreFrom?: string;
  /** What its spec asked for, and what its caller said about the state: told where a newer wish does something else. */
  readonly asked?: AskedChange;
  readonly mode?: PlanMode;
  /** Whether a job that is to end does so from its newest checkpoint, however old, where no savepoint can be had. */
  readonly force?: boolean;
  /** Whether this entity is new and must first ask the cluster what already runs under its name. */
  readonly askCluster: boolean;
  /** As in the result, of the operation before. */
  readonly startedFrom?: string;
  /** The job's savepoints that can be started from, the oldest first. */
  readonly savepoints?: readonly CompletedSavepoint[];
  /** What an operation about savepoints shall do. */
  readonly savepointWish?: SavepointWish;
}

/** What an operation is started with that brings a generation about. */
export interface TargetInput extends OperationInput {
  readonly target: Generation;
}
