/** A generation as operations pass it around, and what was found of one in a cluster. */
import type { GenerationIdentity } from './names.ts';
import type { FlinkJob } from './schema/flink-job.ts';

/** Everything an activity needs to find, make or end one generation. */
export interface Generation {
  readonly identity: GenerationIdentity;
  readonly revision: number;
  readonly specHash: string;
  readonly spec: FlinkJob;
  /** Number of the newest submission of the job to it, from 1. */
  readonly submission: number;
  /** From where that submission starts; absent: empty. */
  readonly restoreFrom?: string;
  /** Vertices of its job that keep their parallelism when the job's changes, as a rescale has seen. */
  readonly fixedVertices?: readonly string[];
  /** Whether it runs beside the active one until somebody promotes or discards it. */
  readonly candidate?: true;
  /** The newest submission that was seen to complete a checkpoint: kept by the job, for with its anchor the generation's own notes go. */
  readonly checkpointedBy?: number;
}

/** Whether its job was seen to complete a checkpoint: then it never starts empty unasked. */
export function hasCheckpoint({ submission, checkpointedBy }: Generation): boolean {
  return checkpointedBy === submission;
}

/** The same generations, with what was known of their checkpoints. */
export function keepingCheckpoints(now: readonly Generation[], known: readonly Generation[]): readonly Generation[] {
  return now.map((one) => {
    const same = known.find(
      ({ identity: { uid, number } }) => one.identity.uid === uid && one.identity.number === number,
    );
    if (same?.checkpointedBy === undefined) return one;
    return { ...one, checkpointedBy: Math.max(same.checkpointedBy, one.checkpointedBy ?? 0) };
  });
}

/** The same generations of a job that has finished: it removes its checkpoints, so none of them is missed. */
export function missingNoCheckpoints(generations: readonly Generation[]): readonly Generation[] {
  return generations.map(({ checkpointedBy: _done, ...one }) => one);
}

/** Whether the job keeps its state somewhere that outlives its pods. */
export function hasDurableStorage(spec: FlinkJob): boolean {
  return spec.spec.storage.checkpoints !== undefined;
}

/** Whether Flink's Kubernetes high availability is on. */
export function hasHighAvailability(spec: FlinkJob): boolean {
  return spec.spec.storage.highAvailability !== undefined;
}

/** The one that runs the job, or last did: a candidate comes before it, and may be all that is left. */
export function activeAmong<One extends Pick<Generation, 'candidate'>>(generations: readonly One[]): One | undefined {
  const last = generations.at(-1);
  return last?.candidate ? undefined : last;
}
