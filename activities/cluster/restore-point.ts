/** The newest restore point of a generation as its storage has it: for when no JobManager can be asked. */
import { checkpointDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, savepointDirectory } from '../../core/names.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { runStorageTool, type StorageAnswer } from './storage-pod.ts';

interface Found {
  readonly path: string;
  readonly modifiedAtMs: number;
}

/**
 * The newest complete checkpoint, or the savepoint of this operation if that is newer: a savepoint whose answer was lost is
 * found in its own folder, and holds unless the job ran on and completed a checkpoint after it.
 */
export async function newestRestorePoint(
  dependencies: ClusterDependencies,
  generation: Generation,
  operation: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = [
    await newestCheckpoint(dependencies, generation, signal),
    await savepointOf(dependencies, generation, operation, signal),
  ];
  return found
    .flatMap((one) => one ?? [])
    .toSorted((a, b) => a.modifiedAtMs - b.modifiedAtMs)
    .at(-1)?.path;
}

async function newestCheckpoint(dependencies: ClusterDependencies, generation: Generation, signal: AbortSignal) {
  const { identity, spec, submission } = generation;
  const root = checkpointDirectory(spec.spec, identity.uid);
  if (root === undefined) return undefined;
  const folder = `${root}/${flinkJobId(identity, submission)}`;
  return foundIn(await runStorageTool(dependencies, generation, ['newest-checkpoint', folder], signal));
}

async function savepointOf(
  dependencies: ClusterDependencies,
  generation: Generation,
  operation: number,
  signal: AbortSignal,
) {
  const { identity, spec } = generation;
  const root = spec.spec.storage.savepoints;
  if (root === undefined) return undefined;
  const folder = savepointDirectory(root, identity.uid, operation);
  return foundIn(await runStorageTool(dependencies, generation, ['newest-savepoint', folder], signal));
}

function foundIn({ found, path, modified }: StorageAnswer): Found | undefined {
  return found === true && path !== undefined ? { path, modifiedAtMs: modified ?? 0 } : undefined;
}
