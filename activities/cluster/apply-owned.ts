/** Applies a rendered object of a generation. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { KubernetesObject } from '../../core/manifests/kubernetes.ts';

/** Pods cannot be changed once made: one that is there already is another attempt's, with the same content. */
export async function applyOwned(kubernetes: KubernetesClient, object: KubernetesObject): Promise<void> {
  const { kind, metadata } = object;
  if (kind === 'Pod' && (await kubernetes.get('Pod', metadata.namespace ?? '', metadata.name))) return;
  await kubernetes.apply(object);
}
