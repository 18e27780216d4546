/** The newest restore point of a generation as its storage has it: for when no JobManager can be asked. */
import { checkpointDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import type { PointKind } from '../../core/stopping.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { runStorageTool, type StorageAnswer } from './storage-pod.ts';

export interface RestorePointWish {
  readonly generation: Generation;
  /** Where its stops write their savepoints. */
  readonly folder: string | undefined;
  /** In whose name the storage pod runs: the generation itself, or the next one when its own objects are gone. */
  readonly host: Generation;
}

/** A point as the storage has it. */
export interface StoredPoint {
  readonly kind: PointKind;
  readonly path: string;
  readonly modifiedAtMs: number;
}

/**
 * The newest complete checkpoint, or the savepoint of a stop if that is newer: a savepoint whose answer was lost is found
 * in its own folder, and holds unless the job ran on and completed a checkpoint after it.
 */
export async function newestRestorePoint(
  dependencies: ClusterDependencies,
  { generation, folder, host }: RestorePointWish,
  signal: AbortSignal,
): Promise<StoredPoint | undefined> {
  const { identity, spec, submission } = generation;
  const root = checkpointDirectory(spec.spec, identity.uid);
  const newest = async (kind: PointKind, where: string) =>
    storedPoint(kind, await runStorageTool(dependencies, host, [`newest-${kind}`, where], signal));
  const found = await Promise.all([
    root === undefined ? undefined : newest('checkpoint', `${root}/${flinkJobId(identity, submission)}`),
    folder === undefined ? undefined : newest('savepoint', folder),
  ]);
  return found
    .flatMap((one) => one ?? [])
    .toSorted((a, b) => a.modifiedAtMs - b.modifiedAtMs)
    .at(-1);
}

/** What the tool has found; undefined where it has found nothing. */
export function storedPoint(kind: PointKind, { found, path, modified }: StorageAnswer): StoredPoint | undefined {
  return found === true && path !== undefined ? { kind, path, modifiedAtMs: modified ?? 0 } : undefined;
}
