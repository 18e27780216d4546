/** Removes what Flink's high availability keeps of a generation: its ConfigMaps, then its files. The pods are gone by now. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { highAvailabilityDirectory } from '../../core/flink/configuration-storage.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, generationNames } from '../../core/names.ts';
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

/** By label, and by name too: a JobManager that releases its leadership as it ends may leave its ConfigMap without labels. */
async function removeConfigMaps(kubernetes: KubernetesClient, generation: Generation): Promise<number> {
  const { namespace } = generation.spec.spec;
  const { clusterId } = generationNames(generation.identity);
  const labelSelector = `app=${clusterId},configmap-type=high-availability`;
  const labelled = await kubernetes.list('ConfigMap', namespace, { labelSelector });
  const named = ['cluster', flinkJobId(generation.identity, generation.submission)];
  const names = new Set([
    ...labelled.map(({ metadata }) => metadata.name),
    ...named.map((part) => `${clusterId}-${part}-config-map`),
  ]);
  const deleted = await Promise.all([...names].map((name) => kubernetes.delete('ConfigMap', namespace, name)));
  return deleted.filter(Boolean).length;
}

async function hasAnchor({ kubernetes }: ClusterDependencies, generation: Generation): Promise<boolean> {
  const { anchor } = generationNames(generation.identity);
  return (await kubernetes.get('ConfigMap', generation.spec.spec.namespace, anchor)) !== undefined;
}
