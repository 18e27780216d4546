/** Whether a generation's JobManager is still its first process: then Flink's own statistics tell all that ever was. */
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { generationNames, labels } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { generationSelector } from './pod-trouble.ts';

/** A pod that was made this soon after its workload is the first one: no other had the time to complete a checkpoint. */
const firstWithinMs = 5_000;

/** True only when it is certain: one JobManager pod, never restarted, made with its Deployment or Job, and not older. */
export async function isFirstJobManager(
  { kubernetes }: ClusterDependencies,
  generation: Generation,
  ageMsMax = Infinity,
): Promise<boolean> {
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
  if (!pod || !workload || pods.length !== 1) return false;
  const restarts = (pod.status?.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0);
  if (Date.now() - madeAt(pod) > ageMsMax) return false;
  return !restarts && madeAt(pod) - madeAt(workload) <= firstWithinMs;
}

/** True only when it is certain that no JobManager of the generation has ever started: its image is missing, or a node. */
export async function hasNeverRun(dependencies: ClusterDependencies, generation: Generation): Promise<boolean> {
  if (!(await isFirstJobManager(dependencies, generation))) return false;
  const labelSelector = `${generationSelector(generation)},${labels.component}=jobmanager`;
  const [pod] = await dependencies.kubernetes.list('Pod', generation.spec.spec.namespace, { labelSelector });
  const main = pod?.status?.containerStatuses?.find(({ name }) => name === mainContainerName);
  return pod !== undefined && main?.state?.running === undefined && main?.state?.terminated === undefined;
}

function madeAt({ metadata }: { readonly metadata: { readonly creationTimestamp?: string } }): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
