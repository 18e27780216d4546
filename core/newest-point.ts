/** Which of the points that a storage has is the newest. */
import { isSamePlace } from './storage-uri.ts';
import type { PointKind, PointSeen } from './stopping.ts';

/** A point as the storage has it. */
export interface StoredPoint {
  readonly kind: PointKind;
  readonly path: string;
  /** By the storage's clock, which may count whole seconds; milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** By Flink's own count, which is one for checkpoints and savepoints of a job; absent where the files do not tell it. */
  readonly number?: number;
  /** Where the savepoint of a stop lies after which the job ran again, and completed this checkpoint. */
  readonly overtaken?: string;
  /** Of a savepoint: whether it was asked for, and the job went on. */
  readonly isAside?: true;
}

/**
 * Flink's numbers decide where both are known. Else times do, and of one time the savepoint counts: the checkpoint was there
 * before it, for after it the job had to be restored first. To take the older one would commit again what the newer one has.
 * @param points the newest of each kind, of one submission; savepoints are those of its stops.
 */
export function newestPoint(points: readonly StoredPoint[]): StoredPoint | undefined {
  const newest = points.toSorted(byAge).at(-1);
  const savepoint = points.find(({ kind }) => kind === 'savepoint');
  return newest?.kind === 'checkpoint' && savepoint ? { ...newest, overtaken: savepoint.path } : newest;
}

function byAge(one: StoredPoint, other: StoredPoint): number {
  if (one.number !== undefined && other.number !== undefined) return one.number - other.number;
  return one.modifiedAtMs - other.modifiedAtMs || rank[one.kind] - rank[other.kind];
}

const rank = { checkpoint: 0, savepoint: 1 } as const;

/**
 * Whether a savepoint that was asked for may count. It commits nothing, and Flink does not restart a job from it: where the job was restarted from
 * what it has kept, its sinks have aborted the transactions that are in the savepoint, however new that is. So only where the job keeps nothing of its
 * own; not where it did once, for what its lost checkpoints have committed would be committed again.
 * @param hasCheckpoint whether it was seen to complete one.
 */
export function asideMayCount(kept: StoredPoint | undefined, hasCheckpoint: boolean): boolean {
  return kept === undefined && !hasCheckpoint;
}

/** Whether what the storage has is older than what a JobManager told of; where no number says so, whether it is another. */
export function isBefore({ number, path }: StoredPoint, told: PointSeen): boolean {
  return number === undefined ? !isSamePlace(path, told.path) : number < told.id;
}
