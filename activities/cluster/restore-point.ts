/** The newest restore point of a generation as its storage has it: for when no JobManager can be asked. */
import { checkpointDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import { asideMayCount, newestPoint, type StoredPoint } from '../../core/newest-point.ts';
import type { PointKind } from '../../core/stopping.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { runStorageTool, type StorageAnswer } from './storage-pod.ts';

export interface RestorePointWish {
  readonly generation: Generation;
  /** Where its stops write their savepoints. */
  readonly folder: string | undefined;
  /** In whose name the storage pod runs: the generation itself, or the next one when its own objects are gone. */
  readonly host: Generation;
  /** The newest savepoint of its job that was asked for. */
  readonly aside?: string;
  /** Whether the job was seen to complete a checkpoint. */
  readonly hasCheckpoint: boolean;
}

/**
 * The newest complete checkpoint, or the savepoint of a stop if that is newer: a savepoint whose answer was lost is found
 * in its own folder, and holds unless the job ran on and completed a checkpoint after it.
 */
export async function newestRestorePoint(
  dependencies: ClusterDependencies,
  { generation, folder, host, aside, hasCheckpoint }: RestorePointWish,
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
  const kept = newestPoint(found.flatMap((one) => one ?? []));
  if (aside === undefined || !asideMayCount(kept, hasCheckpoint)) return kept;
  // Each lies in a folder of its own.
  const asked = await newest('savepoint', aside.slice(0, aside.lastIndexOf('/')));
  return asked && { ...asked, isAside: true };
}

/** What the tool has found; undefined where it has found nothing. */
export function storedPoint(
  kind: PointKind,
  { found, path, modified, number }: StorageAnswer,
): StoredPoint | undefined {
  if (found !== true || path === undefined) return undefined;
  return { kind, path, modifiedAtMs: modified ?? 0, ...(number !== undefined && { number }) };
}
