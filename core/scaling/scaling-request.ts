/**
 * What a job's autoscaler asks of the job, and what the job tells it. Names never change: histories hold them.
 */
import type { Failure } from '../failure.ts';
import type { OperationState } from '../operation.ts';
import type { VertexParallelism } from '../rescale/vertex-parallelism.ts';

/** Name of the update by which a decision is brought to the job's workflow. */
export const scaleVerticesName = 'scaleVertices';

/** Carries everything that a change carries: its key is that of the decision, so that one is carried out once. */
export interface ScaleVerticesRequest {
  readonly key: string;
  readonly bodyHash: string;
  readonly requestedBy: string;
  /** The revision decided on: the job must still be at it. */
  readonly ifRevision: number;
  /** Of the job that the decision is about: another one may have its name by now. */
  readonly uid: string;
  /** Id of the decision. */
  readonly decision: string;
  /** Why, in a sentence. */
  readonly reason: string;
  /** Of every vertex by its id: what it shall have, and what it has. */
  readonly wanted: VertexParallelism;
  readonly now: VertexParallelism;
  /** The slots that it takes with what it shall have; absent: of an earlier release, which counts the widest vertex. */
  readonly slots?: number;
  /** Bytes of each TaskManager; absent: as they are. */
  readonly memoryBytes?: number;
}

/** What the job answers. */
export interface ScaleVerticesAnswer {
  /** The operation that carries it out; absent where the job has that parallelism already. */
  readonly operation?: number;
  readonly revision: number;
}

/** Name of the signal that tells the autoscaler how the operation of a decision has ended. */
export const scalingEndedName = 'scalingEnded';

export interface ScalingEnded {
  readonly decision: string;
  readonly operation: number;
  readonly state: OperationState;
  /** ISO 8601. */
  readonly endedAt: string;
  /** How long no record was processed, where it was measured. */
  readonly pauseMs?: number;
  readonly failure?: Pick<Failure, 'code' | 'message'>;
  /** The generation that runs the job now; absent where none does. */
  readonly generation?: number;
  /** It was given up for a newer spec: it counts neither as failed nor as carried out. */
  readonly gaveWay?: true;
}

/** Name of the signal that tells the autoscaler that its job is gone. */
export const jobRemovedName = 'jobRemoved';

export interface JobRemoved {
  readonly uid: string;
}
