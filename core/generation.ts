/** A generation as operations pass it around, and what was found of one in a cluster. */
import { agingOf, type AgingPoint } from './aging.ts';
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
  /** Since when that ages, where it is a checkpoint from which a candidate was to be brought back before. */
  readonly aging?: AgingPoint;
  /** Vertices of its job that keep their parallelism when the job's changes, as a rescale has seen. */
  readonly fixedVertices?: readonly string[];
  /** The submission whose parallelism nobody knows: a rescale of it came to no end, and Flink could not be asked to take it back. */
  readonly unsettledIn?: number;
  /** Whether it runs beside the active one until somebody promotes or discards it. */
  readonly candidate?: true;
  /** The newest submission that was seen to complete a checkpoint: kept by the job, for with its anchor the generation's own notes go. */
  readonly checkpointedBy?: number;
  /** The newest submission all of whose tasks were seen to run, and when that was first, in milliseconds since 1970: kept for the same reason. */
  readonly ran?: { readonly submission: number; readonly sinceMs: number };
}

/** Whether its job was seen to complete a checkpoint: then it never starts empty unasked. */
export function hasCheckpoint({ submission, checkpointedBy }: Generation): boolean {
  return checkpointedBy === submission;
}

/** Since when its job has run, in milliseconds since 1970; undefined where its submission was not seen to run. */
export function ranSince({ submission, ran }: Generation): number | undefined {
  return ran?.submission === submission ? ran.sinceMs : undefined;
}

/** The same generations, with what was known of their jobs. */
export function keepingKnown(now: readonly Generation[], known: readonly Generation[]): readonly Generation[] {
  return now.map((one) => {
    const same = known.find(
      ({ identity: { uid, number } }) => one.identity.uid === uid && one.identity.number === number,
    );
    if (!same) return one;
    const checkpointedBy = Math.max(same.checkpointedBy ?? 0, one.checkpointedBy ?? 0);
    const ran = newestRun([same.ran, one.ran]);
    const aging = one.aging ?? agingOf([same.aging], one.restoreFrom);
    return { ...one, ...(checkpointedBy > 0 && { checkpointedBy }), ...(ran && { ran }), ...(aging && { aging }) };
  });
}

/** Of one submission it counts when that was first. */
function newestRun(runs: readonly Generation['ran'][]): Generation['ran'] {
  const [newest] = runs
    .filter((one) => one !== undefined)
    .toSorted((one, other) => other.submission - one.submission || one.sinceMs - other.sinceMs);
  return newest;
}

/** The same generations of a job that has finished: it removes its checkpoints and begins anew, so nothing of it is missed or too old. */
export function missingNothing(generations: readonly Generation[]): readonly Generation[] {
  return generations.map(({ checkpointedBy: _done, ran: _ran, ...one }) => one);
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
