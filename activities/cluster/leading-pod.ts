/** The JobManager's pod that leads, where others stand by. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { leaderAddress } from '../../core/flink/leader-address.ts';
import { hasHighAvailability, type Generation } from '../../core/generation.ts';
import { highAvailabilityMapName } from '../../core/names.ts';
import { componentPodSelector } from './pod-trouble.ts';

export interface LeadingPod {
  readonly name: string;
  /** As it stands in a URL. */
  readonly address: string;
}

/** Undefined where there is one JobManager only, and while none leads. @throws KubernetesError */
export async function leadingPod(
  kubernetes: KubernetesClient,
  generation: Generation,
): Promise<LeadingPod | undefined> {
  const { identity, spec } = generation;
  const { namespace, jobManager } = spec.spec;
  if (jobManager.replicas === 1 || !hasHighAvailability(spec)) return undefined;
  const map = await kubernetes.get('ConfigMap', namespace, highAvailabilityMapName(identity, 'cluster'));
  const address = leaderAddress(map?.data ?? {});
  if (address === undefined) return undefined;
  const labelSelector = componentPodSelector(generation, 'jobmanager');
  const pods = await kubernetes.list('Pod', namespace, { labelSelector });
  const found = pods.find(({ status }) => status?.podIP === address.replace(/^\[|\]$/g, ''));
  return found && { name: found.metadata.name, address };
}
