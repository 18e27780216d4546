/** Removes what Flink's high availability keeps of a generation: its ConfigMaps, then its files. The pods are gone by now. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { highAvailabilityDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { generationNames } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { runStorageTool } from './storage-pod.ts';

/** Repeatable. A generation whose anchor is gone has nothing left: its files went before its anchor. */
export function removeHighAvailability(dependencies: ClusterDependencies, { generation }: GenerationInput) {
  const directory = highAvailabilityDirectory(generation.spec.spec, generation.identity);
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const removed = await removeConfigMaps(dependencies.kubernetes, generation);
      if (directory !== undefined && (await hasAnchor(dependencies, generation))) {
        await runStorageTool(dependencies, generation, ['delete', directory, '--recursive'], signal);
      }
      return { detail: `${removed} ConfigMaps and ${directory ?? 'no files'}` };
    }),
  );
}

/** Flink labels its ConfigMaps with its cluster id. */
async function removeConfigMaps(kubernetes: KubernetesClient, generation: Generation): Promise<number> {
  const { namespace } = generation.spec.spec;
  const { clusterId } = generationNames(generation.identity);
  const labelSelector = `app=${clusterId},configmap-type=high-availability`;
  const maps = await kubernetes.list('ConfigMap', namespace, { labelSelector });
  for (const { metadata } of maps) await kubernetes.delete('ConfigMap', namespace, metadata.name);
  return maps.length;
}

async function hasAnchor({ kubernetes }: ClusterDependencies, generation: Generation): Promise<boolean> {
  const { anchor } = generationNames(generation.identity);
  return (await kubernetes.get('ConfigMap', generation.spec.spec.namespace, anchor)) !== undefined;
}
