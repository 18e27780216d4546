/** A savepoint of a job: who wanted it, where it lies, and what is needed to start from it. The same shape everywhere. */
import type { Failure } from './failure.ts';

/**
 * Why it was taken: asked for by a user, by the spec's periods, or because an operation stopped the job. `outside`: somebody stopped the job with
 * it in Flink.
 */
export const savepointOrigins = ['user', 'periodic', 'upgrade', 'suspend', 'remove', 'outside'] as const;
export type SavepointOrigin = (typeof savepointOrigins)[number];

export const savepointFormats = ['native', 'canonical'] as const;
export type SavepointFormat = (typeof savepointFormats)[number];

/** `disposed`: its files were deleted, and its record stays. */
export const savepointStates = ['completed', 'failed', 'disposed'] as const;
export type SavepointState = (typeof savepointStates)[number];

/** The whole record of a savepoint. */
export interface SavepointRecord {
  /** That of the operation that took it, or one of its own where that had taken another one before it. */
  readonly number: number;
  /** The operation that took it, where that has another number. */
  readonly operation?: number;
  /** The highest number among those that were there when it was taken, where that is above its operation's: that one waited meanwhile. */
  readonly after?: number;
  readonly state: SavepointState;
  readonly origin: SavepointOrigin;
  readonly format: SavepointFormat;
  readonly requestedBy: string;
  /** When it was completed, or failed; ISO 8601 in UTC. */
  readonly takenAt: string;
  /** Absent where it failed. */
  readonly path?: string;
  /** As far as Flink told it. */
  readonly sizeBytes?: number;
  /** Of the job that it was taken of: an older Flink may not read it. */
  readonly flinkVersion: string;
  readonly revision: number;
  readonly generation: number;
  readonly flinkJobId: string;
  /** Whether it was taken of a candidate, beside the job. */
  readonly ofCandidate?: true;
  readonly failure?: Failure;
  readonly disposedAt?: string;
  /** The operation that deleted its files. */
  readonly disposedBy?: number;
}

/** One that can be started from. */
export type CompletedSavepoint = SavepointRecord & { readonly path: string };

/** Whether its files are there, as far as is known. */
export function isCompleted(savepoint: SavepointRecord): savepoint is CompletedSavepoint {
  return savepoint.state === 'completed' && savepoint.path !== undefined;
}
