/** A job as people see it: the view that the entity workflow publishes, PostgreSQL keeps and the API returns. */
import type { Failure } from './failure.ts';
import type { JobSeen } from './observation/job-seen.ts';
import type { ObservedJobState } from './observation/observation.ts';
import type { GivenParallelism } from './scaling/given-parallelism.ts';
import type { ActingAction, FindingReason, Standing } from './recovery/finding.ts';
import type { FlinkJob } from './schema/flink-job.ts';

/**
 * Where a job is in its life. `PENDING`: accepted, and no operation has begun yet. `DUAL_RUNNING`: a candidate runs beside it.
 */
export type JobPhase = (typeof jobPhases)[number];

export const jobPhases = [
  'PENDING',
  'DEPLOYING',
  'UPGRADING',
  'RESCALING',
  'RECOVERING',
  'RUNNING',
  'DUAL_RUNNING',
  'PROMOTING',
  'DISCARDING',
  'SUSPENDING',
  'SUSPENDED',
  'CANCELING',
  'CANCELED',
  'FINISHED',
  'FAILED',
  'REMOVING',
  'REMOVED',
] as const;

/** Whether a job runs, and no operation is about to change that. */
export function runs(phase: JobPhase): boolean {
  return phase === 'RUNNING' || phase === 'DUAL_RUNNING';
}

/** Whether somebody has stopped it, and it waits to be resumed. */
export function isStopped(phase: JobPhase): boolean {
  return phase === 'SUSPENDED' || phase === 'CANCELED';
}

/** Whether it has ended as somebody wanted, or by itself, and nothing is under way. */
export function isAtAnEnd(phase: JobPhase): boolean {
  return isStopped(phase) || phase === 'FINISHED';
}

/** The newest known generation that runs (or ran) the job. */
export interface GenerationView {
  readonly number: number;
  readonly revision: number;
  readonly flinkJobId: string;
  /** Name of the generation's Service and anchor. */
  readonly name: string;
}

/** The next revision, running beside the active one. */
export interface CandidateView extends GenerationView {
  /** ISO 8601. */
  readonly since: string;
  /** From where it started; absent: empty. */
  readonly startedFrom?: string;
  /** What an agent has told of it last; absent until one has. */
  readonly seen?: CandidateSeen;
  /** What is wrong with it. */
  readonly trouble?: TroubleView;
  /** What happens to it by itself, and when. */
  readonly due?: { readonly operation: CandidateVerdict; readonly at: string };
}

/** A candidate as its cluster's agent has told of it last: again when that becomes another thing, and not with every checkpoint. */
export interface CandidateSeen {
  /** ISO 8601. */
  readonly at: string;
  readonly state: ObservedJobState;
  /** How often Flink has restarted it. */
  readonly restarts: number;
  /** The newest checkpoint that it had completed. */
  readonly checkpoint?: { readonly id: number; readonly path?: string; readonly completedAt: string };
  /** Why Flink has restarted or ended it last. */
  readonly failure?: Failure;
}

/** What becomes of a candidate. */
export const candidateVerdicts = ['promote', 'discard'] as const;
export type CandidateVerdict = (typeof candidateVerdicts)[number];

/** How a job was brought back, or was not. */
export interface TriedView {
  /** ISO 8601. */
  readonly at: string;
  readonly action: ActingAction;
  readonly reason: FindingReason;
  /** What was wrong. */
  readonly message: string;
  readonly hasSucceeded: boolean;
  /** Why it did not bring the job back. */
  readonly outcome?: string;
}

/**
 * What comes next of what is wrong. `undecided`: that is decided in a moment. `due`: an attempt, at its time. `underWay`: an attempt runs.
 * `flinkRecovers`: Flink and Kubernetes get their own time. `shown`: nothing, for the job goes on or its spec wants no more. `givenUp`: nothing, the job is FAILED.
 */
export const troubleNexts = ['undecided', 'due', 'underWay', 'flinkRecovers', 'shown', 'givenUp'] as const;

/** What is wrong with a job that no operation has done. */
export interface TroubleView {
  readonly reason: FindingReason;
  readonly failure?: Failure;
  readonly standing: Standing;
  /** ISO 8601. */
  readonly since: string;
  /** The attempts that still count, the oldest first. */
  readonly tried: readonly TriedView[];
  readonly next: (typeof troubleNexts)[number];
  /** What is done, where it was decided to act. */
  readonly action?: ActingAction;
  /** When that is begun; ISO 8601. */
  readonly dueAt?: string;
  /** The one command that lets a failed job go on. */
  readonly resume?: string;
}

export interface JobView {
  readonly uid: string;
  readonly tenant: string;
  readonly name: string;
  readonly phase: JobPhase;
  /** The accepted revision: its number is the ETag. */
  readonly revision: number;
  /** The spec of that revision, with defaults. */
  readonly spec: FlinkJob;
  /** What of its parallelism the autoscaler has given, or somebody by hand while that was active. */
  readonly given?: GivenParallelism;
  readonly generation?: GenerationView;
  /** What waits to be promoted or discarded. */
  readonly candidate?: CandidateView;
  /** Why the phase is what it is, when that is bad news. */
  readonly failure?: Failure;
  /** What agents see wrong with it. */
  readonly trouble?: TroubleView;
  /** The number of the operation under way. */
  readonly operation?: number;
  /** The operation that waits, or is under way, to bring the accepted revision about. */
  readonly upcoming?: number;
  /** The revision that last ran as it should; absent where none did. */
  readonly lastRun?: number;
  /** A restore point that the next start uses, kept when a deploy failed after the old job was stopped. */
  readonly restorePoint?: string;
  /** From where it runs, as long as it has not been seen to complete a checkpoint since. */
  readonly startedFrom?: string;
  /** The savepoint that an operation which waits, or is under way, was told to start it from. */
  readonly restoring?: string;
  /** Those that others were told, which come after it. */
  readonly restoringNext?: readonly string[];
  /** When the next periodic savepoint is due. */
  readonly nextSavepointAt?: string;
  /** When it was last observed, where it runs and nobody observes it now. Said by the API; never recorded. */
  readonly lastSeen?: string;
  /** What agents saw of it last, its newest checkpoint among it. Said by the API; never recorded. */
  readonly seen?: JobSeen;
  readonly createdAt: string;
  readonly updatedAt: string;
}
