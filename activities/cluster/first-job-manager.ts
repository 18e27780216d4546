/** Whether a generation's JobManager is still its first process: then Flink's own statistics tell all that ever was. */
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { generationNames, labels } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { generationSelector } from './pod-trouble.ts';

/** A pod that was made this soon after its workload is the first one: no other had the time to complete a checkpoint. */
const firstWithinMs = 5_000;

/** Its pod, only when it is certain: the only one, never restarted, made with its Deployment or Job, and not older. */
export async function firstJobManager(
  { kubernetes }: ClusterDependencies,
  generation: Generation,
  ageMsMax = Infinity,
): Promise<ObjectOf<'Pod'> | undefined> {
  const { namespace, mode } = generation.spec.spec;
  const { jobManager } = generationNames(generation.identity);
  const labelSelector = `${generationSelector(generation)},${labels.component}=jobmanager`;
  const [pods, deployment, job] = await Promise.all([
    kubernetes.list('Pod', namespace, { labelSelector }),
    kubernetes.get('Deployment', namespace, jobManager),
    mode === 'application' ? kubernetes.get('Job', namespace, jobManager) : undefined,
  ]);
  const [pod] = pods;
  const workload = deployment ?? job;
  if (!pod || !workload || pods.length !== 1) return undefined;
  const restarts = (pod.status?.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0);
  const isFirst = !restarts && madeAt(pod) - madeAt(workload) <= firstWithinMs;
  return isFirst && Date.now() - madeAt(pod) <= ageMsMax ? pod : undefined;
}

/** True only when it is certain that no JobManager of the generation has ever started: its image is missing, or a node. */
export async function hasNeverRun(dependencies: ClusterDependencies, generation: Generation): Promise<boolean> {
  const pod = await firstJobManager(dependencies, generation);
  const main = pod?.status?.containerStatuses?.find(({ name }) => name === mainContainerName);
  return pod !== undefined && main?.state?.running === undefined && main?.state?.terminated === undefined;
}

function madeAt({ metadata }: { readonly metadata: { readonly creationTimestamp?: string } }): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
