/**
 * What callers say to a job's workflow, and what it answers. Imported by the API; names here are never changed. An update
 * is refused by an ApplicationFailure whose type is a `RefusalCode` (core/job-changes.ts).
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ChangeVerb } from '../core/asked-change.ts';
import type { CandidateVerdict, JobView } from '../core/job.ts';
import {
  jobObservedName,
  jobStatusName,
  objectsGoneName,
  type JobObservedSignal,
  type ObjectsGoneSignal,
} from '../core/observation/signal.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { PlanMode } from '../core/plan/change-plan.ts';
import type { SavepointFormat, SavepointRecord } from '../core/savepoint.ts';
import type { GivenParallelism } from '../core/scaling/given-parallelism.ts';
import {
  scaleVerticesName,
  type ScaleVerticesAnswer,
  type ScaleVerticesRequest,
} from '../core/scaling/scaling-request.ts';
import type { Deletion, FlinkJob, SavepointsLeft } from '../core/schema/flink-job.ts';

/** The workflow type of a job's entity, and what it is started with. */
export const flinkJobWorkflow = 'flinkJob';

export interface FlinkJobInput {
  readonly tenant: string;
  readonly name: string;
}

/** The workflow type of a Kubernetes cluster, and what it is started with. */
export const clusterWorkflow = 'cluster';

export interface ClusterInput {
  readonly cluster: string;
  /** Into how many parts its jobs are divided, each with an observer of its own. */
  readonly shards: number;
}

/** The signal that tells a cluster's workflow into how many parts to divide its jobs; never changed. */
export const divideIntoName = 'divideInto';

/** What every change carries. The update id is `<key>:<bodyHash>`, so that a repeated call finds its first answer. */
export interface ChangeRequest {
  /** The caller's idempotency key. */
  readonly key: string;
  /** SHA-256 hex of method, path and body: the same key with another body is refused with `KEY_REUSED`. */
  readonly bodyHash: string;
  /** Name of the token that asked. */
  readonly requestedBy: string;
  /** The revision that the caller saw (If-Match); absent: any. 0 means "must not exist yet" (If-None-Match: *). */
  readonly ifRevision?: number;
}

export interface ApplySpecRequest extends ChangeRequest {
  readonly spec: FlinkJob;
  /** SHA-256 hex of the canonical spec. */
  readonly specHash: string;
  /** The short word that made it of the job's own spec; without it, a whole spec was applied. */
  readonly verb?: ChangeVerb;
  /** Why, in a sentence; without it, that the revision was applied. */
  readonly reason?: string;
  /** Which state the job goes on from, for this once; without it, as the spec says. */
  readonly mode?: PlanMode;
  /** Whether a job that is to end does so from its newest checkpoint, however old, where no savepoint can be had. */
  readonly force?: boolean;
  /** With mode `restore`: path of the savepoint. */
  readonly restoreFrom?: string;
  /** Whether what is under way goes on to its end first, in place of giving up for the newer spec. */
  readonly waits?: boolean;
  /** Whether it goes back to an earlier revision: recovery then never goes back to the one that it leaves. */
  readonly isRollback?: boolean;
  /** The spec is the job's own with other parallelism: what a person scales by hand. */
  readonly isScaling?: boolean;
  /** What of its parallelism the job was given, as last recorded: for a new workflow of a job whose own was ended by hand. */
  readonly lastGiven?: GivenParallelism;
  /** From where the job waits to start, as last recorded: for a new workflow of a job whose own was ended by hand. */
  readonly lastRestorePoint?: string;
}

export interface RemoveJobRequest extends ChangeRequest {
  /** How the job is ended, for this once; without it, as its spec says. */
  readonly deletion?: Deletion;
  /** What becomes of its savepoints, for this once; without it, as its spec says. */
  readonly savepointsLeft?: SavepointsLeft;
  /**
   * Whether it is forgotten: what is under way ends where it stands, and what the job has in its cluster stays. Nothing waits for
   * the cluster's agent. `deletion` is `leave` then.
   */
  readonly forgets?: boolean;
  /** The job's last known spec: lets a job be removed whose workflow was ended by hand, and whose objects may still run. */
  readonly lastKnown?: FlinkJob;
}

export interface AbortOperationRequest extends ChangeRequest {
  /** Number of the operation that shall give up. */
  readonly operation: number;
}

export interface DecideCandidateRequest extends ChangeRequest {
  readonly verdict: CandidateVerdict;
}

export interface TakeSavepointRequest extends ChangeRequest {
  /** Absent: the one of the job's spec. */
  readonly format?: SavepointFormat;
  /** Of the candidate that runs beside the job, and not of the job itself. */
  readonly ofCandidate?: true;
}

export interface DisposeSavepointRequest extends ChangeRequest {
  readonly number: number;
  /** Even if the job may need it. */
  readonly force: boolean;
  /** As it was last recorded: for one that the job does not remember any more. */
  readonly lastKnown?: SavepointRecord;
  /** Of the job that is meant: another one may have its name by now. */
  readonly uid?: string;
}

export interface DisposeRemovedRequest extends ChangeRequest {
  /** Of the removed job: another one may have its name by now. */
  readonly uid: string;
  /** Of the savepoints that go, whatever the job's own rules are: the caller has judged. */
  readonly numbers: readonly number[];
}

/** The answer to an accepted change: what the API stores before it answers, so that callers read their own writes. */
export interface ChangeAnswer {
  /** False when the spec was already the current one: no operation was made. */
  readonly changed: boolean;
  readonly job: JobView;
  /** Sequence number of `job` as a record. */
  readonly jobSeq: number;
  /** The operation that will carry it out (or the newest one, when nothing changed and there is one). */
  readonly operation?: OperationRecord;
  readonly operationSeq?: number;
}

export const applySpec = defineUpdate<ChangeAnswer, [ApplySpecRequest]>('applySpec');
/** Asks an operation to give up: one that waits never begins, one that runs undoes what it can. */
export const abortJobOperation = defineUpdate<ChangeAnswer, [AbortOperationRequest]>('abortOperation');
export const removeJob = defineUpdate<ChangeAnswer, [RemoveJobRequest]>('removeJob');

/** Promotes or discards the candidate that runs beside the job. */
export const decideCandidate = defineUpdate<ChangeAnswer, [DecideCandidateRequest]>('decideCandidate');

/** A decision of the job's autoscaler. */
export const scaleVertices = defineUpdate<ScaleVerticesAnswer, [ScaleVerticesRequest]>(scaleVerticesName);

/** Queued behind what is under way; takes the place of nothing. */
export const takeSavepoint = defineUpdate<ChangeAnswer, [TakeSavepointRequest]>('takeSavepoint');

/** Queued in the same way. */
export const disposeSavepoint = defineUpdate<ChangeAnswer, [DisposeSavepointRequest]>('disposeSavepoint');

/**
 * Deletes savepoints of a job of this name that was removed, whether the name is free or another job has it. A refusal by
 * `RECORDS_AWAY` holds only for that call: its update id is made anew for each.
 */
export const disposeRemoved = defineUpdate<ChangeAnswer, [DisposeRemovedRequest]>('disposeRemoved');

/** The job and its newest operations, for reads while PostgreSQL is away. */
export interface JobStatus {
  readonly job: JobView;
  readonly operations: readonly OperationRecord[];
}

/** Sent by agents, when what matters of the job has changed. */
export const jobObserved = defineSignal<[JobObservedSignal]>(jobObservedName);

/** Sent by agents, hourly at most, when a job that is said to run has no objects in its cluster. */
export const objectsGone = defineSignal<[gone?: ObjectsGoneSignal]>(objectsGoneName);

export const jobStatus = defineQuery<JobStatus | null>(jobStatusName);
