/** A job as people see it: the view that the entity workflow publishes, PostgreSQL keeps and the API returns. */
import type { Failure } from './failure.ts';
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
  /** What happens to it by itself, and when. */
  readonly due?: { readonly operation: CandidateVerdict; readonly at: string };
}

/** What becomes of a candidate. */
export const candidateVerdicts = ['promote', 'discard'] as const;
export type CandidateVerdict = (typeof candidateVerdicts)[number];

export interface JobView {
  readonly uid: string;
  readonly tenant: string;
  readonly name: string;
  readonly phase: JobPhase;
  /** The accepted revision: its number is the ETag. */
  readonly revision: number;
  /** The spec of that revision, with defaults. */
  readonly spec: FlinkJob;
  readonly generation?: GenerationView;
  /** What waits to be promoted or discarded. */
  readonly candidate?: CandidateView;
  /** Why the phase is what it is, when that is bad news. */
  readonly failure?: Failure;
  /** The number of the operation under way. */
  readonly operation?: number;
  /** A restore point that the next start uses, kept when a deploy failed after the old job was stopped. */
  readonly restorePoint?: string;
  /** From where it runs, as long as it has not been seen to complete a checkpoint since. */
  readonly startedFrom?: string;
  /** When the next periodic savepoint is due. */
  readonly nextSavepointAt?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
