/** The state of a job's entity: plain JSON, carried through continue-as-new. */
import type { AgingPoint } from './aging.ts';
import type { AskedChange } from './asked-change.ts';
import type { CandidateHealth } from './candidate-health.ts';
import type { Failure } from './failure.ts';
import type { Generation } from './generation.ts';
import type { ObservationOrder } from './observation/observation.ts';
import type { JobObservedSignal } from './observation/signal.ts';
import type { RecoveryAttempt } from './recovery/budget.ts';
import type { Mending } from './recovery/mending.ts';
import type { Trouble } from './recovery/trouble.ts';
import type { JobPhase } from './job.ts';
import type { OperationRecord } from './operation.ts';
import type { PlanMode } from './plan/change-plan.ts';
import type { RecordRow } from './records.ts';
import type { CompletedSavepoint } from './savepoint.ts';
import type { SavepointWish } from './savepoint-wish.ts';
import type { GivenParallelism } from './scaling/given-parallelism.ts';
import type { Deletion, FlinkJob, SavepointsLeft } from './schema/flink-job.ts';

/** The current revision: a numbered spec. */
export interface Revision {
  readonly number: number;
  readonly spec: FlinkJob;
  readonly specHash: string;
}

/** An operation that waits its turn, or runs. */
export interface QueuedOperation {
  readonly record: OperationRecord;
  readonly recordSeq: number;
  /** What the caller said about the state, for this once. */
  readonly mode?: PlanMode;
  /** Whether a job that is to end does so from its newest checkpoint, however old, where no savepoint can be had. */
  readonly force?: boolean;
  /** The savepoint that the caller named. */
  readonly restoreFrom?: string;
  /** What its spec asked for; absent where it has none, or an earlier release took it. */
  readonly asked?: AskedChange;
  /** What the caller of a removal said about the job's end. */
  readonly deletion?: Deletion;
  /** What that caller said about the job's savepoints. */
  readonly savepointsLeft?: SavepointsLeft;
  readonly savepointWish?: SavepointWish;
  /** Whether nothing of the job shall wait for its cluster any more. */
  readonly forgets?: true;
  /** Whether somebody goes back with it: recovery never goes from there to what was left. */
  readonly isRollback?: boolean;
  /** Whether it takes the place of a lost operation that may have stopped the job: it goes back where it fails, as an upgrade does. */
  readonly goesBack?: true;
  /** Number of the operation on which it builds: where that fails, it is withdrawn. */
  readonly waitsFor?: number;
  /** What is wrong with the job that it is to mend. */
  readonly mends?: Mending;
  /** The decision of the autoscaler that it carries out, and what the job was given before. */
  readonly scales?: {
    readonly decision: string;
    readonly before?: GivenParallelism | undefined;
    /** Memory comes with it, by an upgrade. */
    readonly givesMemory?: true;
  };
}

/** A change that was answered: the same key again gets the same answer, with another body it is refused. */
export interface AnsweredKey {
  readonly key: string;
  readonly bodyHash: string;
  readonly operation?: number;
  readonly changed: boolean;
}

/** How many answered keys a job remembers; PostgreSQL keeps them longer. */
export const answeredKeysMax = 200;

export interface JobState {
  readonly uid: string;
  readonly tenant: string;
  readonly name: string;
  readonly createdAt: string;
  phase: JobPhase;
  revision: Revision;
  /** What of the revision's parallelism was given beside the applied spec; absent where nothing ever was. */
  given?: GivenParallelism | undefined;
  /** Whether an autoscaler may know the job: it is told when the job is gone. */
  isAutoscaled?: true;
  failure?: Failure;
  /** Generations that may exist in the cluster; the last one is the active one. */
  generations: readonly Generation[];
  restorePoint?: string;
  /** Since when that point ages; absent where it does not, nobody knows, or an earlier release has noted it. */
  aging?: AgingPoint | undefined;
  /** The spec that last ran as it should. */
  lastRun?: Revision;
  /**
   * When another revision was brought about than the one before it, and that one: soon after, it is gone back to. Absent after a
   * person went back: what was left then is what was bad.
   */
  upgraded?: { readonly at: string; readonly from: Revision } | undefined;
  /** From where the job runs that has not been seen to complete a checkpoint since. */
  startedFrom?: string;
  /** Savepoints that can be started from, the oldest first; absent until there was one. */
  savepoints?: readonly CompletedSavepoint[];
  /** Since when periodic savepoints are counted, by which settings of the spec, and when the next one is due. */
  periodic?: { readonly settings: string; readonly since: string; readonly nextAt?: string | undefined };
  /** Since when a candidate has run beside the job; ISO 8601. */
  candidateSince?: string | undefined;
  /** Whether it was to be promoted or discarded in vain: a person decides then, and not its time. */
  candidateIsStuck?: true | undefined;
  /** What agents have seen of it, and what is done about that; absent until one has told something. */
  candidateHealth?: CandidateHealth | undefined;
  /** Number of the newest generation and operation: the next takes the next. A further savepoint of an operation takes one, too. */
  lastGeneration: number;
  lastOperation: number;
  /** Highest sequence number used for a row of the job. */
  jobSeq: number;
  /** Highest sequence number used for an event that belongs to no operation. */
  eventSeq: number;
  queue: readonly QueuedOperation[];
  running?: QueuedOperation;
  /** Whether it was stopped, and what was to resume it has failed; absent where no operation has ended since an earlier release. */
  resumes?: boolean;
  /** The newest operation that ended: what an unchanged spec is answered with. */
  newest?: QueuedOperation;
  /** The newest one that ended of those that leave the job as it is. */
  newestAside?: QueuedOperation;
  /** What is wrong with the job, as its cluster's agent has found it last. */
  trouble?: Trouble | undefined;
  /** The order of the newest observation that was heard of. */
  heard?: ObservationOrder;
  /** What was told while an operation runs of generations that are not known yet. */
  unplaced?: readonly JobObservedSignal[] | undefined;
  /** How the job was brought back until now, the oldest first: those that still count. */
  attempts?: readonly RecoveryAttempt[];
  answered: readonly AnsweredKey[];
  /** Whether the cluster has been asked what already ran under this name when the entity was made. */
  askedCluster: boolean;
  unwritten: readonly RecordRow[];
}
