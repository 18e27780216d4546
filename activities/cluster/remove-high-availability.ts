/** Removes what Flink's high availability keeps of a generation: its ConfigMaps, then its files. The pods are gone by now. */
import { ApplicationFailure } from '@temporalio/common';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { highAvailabilityDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, generationNames, highAvailabilityMapName } from '../../core/names.ts';
import { isFinalRefusal, withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { findAnchor } from './anchor.ts';
import { anchorAnew } from './anchor-anew.ts';
import { applyReferredTo } from './apply-referred-to.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { runStorageTool } from './storage-pod.ts';

export interface HighAvailabilityRemoved {
  readonly detail: string;
  /** Which files could not be removed, and why; absent where none are left. */
  readonly left?: string;
}

/**
 * Repeatable. The files go first: as long as there are ConfigMaps, a JobManager has run and may have left files. A storage
 * that cannot be cleaned, or an image that is gone, does not keep a job from being removed: what is left is told.
 */
export function removeHighAvailability(
  dependencies: ClusterDependencies,
  { generation }: GenerationInput,
): Promise<HighAvailabilityRemoved> {
  const directory = highAvailabilityDirectory(generation.spec.spec, generation.identity);
  const assertInTime = fence();
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const maps = await configMapsOf(dependencies.kubernetes, generation);
      if (maps.length === 0 || directory === undefined) return { detail: 'none: no JobManager has run' };
      const host = { dependencies, generation, assertInTime };
      const files = await removeFiles(host, directory, signal);
      const { namespace } = generation.spec.spec;
      await Promise.all(maps.map((name) => dependencies.kubernetes.delete('ConfigMap', namespace, name)));
      return { detail: `${maps.length} ConfigMaps; ${files.detail}`, ...(files.isLeft && { left: files.detail }) };
    }),
  );
}

/** In whose name the files are reached. */
interface Host {
  readonly dependencies: ClusterDependencies;
  readonly generation: Generation;
  readonly assertInTime: () => void;
}

/** Somebody has deleted it, and the pod that reaches the files needs an owner: it goes with the rest of the generation. */
async function makeAnchorAnew({ dependencies, generation, assertInTime }: Host): Promise<void> {
  assertInTime();
  await dependencies.kubernetes.apply(anchorAnew(generation));
  await applyReferredTo(dependencies, generation);
}

async function removeFiles(
  host: Host,
  directory: string,
  signal: AbortSignal,
): Promise<{ readonly detail: string; readonly isLeft?: true }> {
  const { dependencies, generation } = host;
  try {
    if (!(await findAnchor(dependencies.kubernetes, generation))) await makeAnchorAnew(host);
    await runStorageTool(dependencies, generation, ['delete', directory, '--recursive'], signal);
    return { detail: `files in ${directory}` };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) && !isFinalRefusal(error)) throw error;
    return { detail: `files are left in ${directory}: ${error.message}`, isLeft: true };
  }
}

/** By label, and by name too: a JobManager that releases its leadership as it ends may leave its ConfigMap without labels. */
async function configMapsOf(kubernetes: KubernetesClient, generation: Generation): Promise<string[]> {
  const { namespace } = generation.spec.spec;
  const { clusterId } = generationNames(generation.identity);
  const labelSelector = `app=${clusterId},configmap-type=high-availability`;
  const labelled = await kubernetes.list('ConfigMap', namespace, { labelSelector });
  const expected = ['cluster', flinkJobId(generation.identity, generation.submission)].map((part) =>
    highAvailabilityMapName(generation.identity, part),
  );
  const named = await Promise.all(expected.map((name) => kubernetes.get('ConfigMap', namespace, name)));
  const found = [...labelled, ...named.flatMap((map) => map ?? [])];
  return [...new Set(found.map(({ metadata }) => metadata.name))];
}
