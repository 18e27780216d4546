/** Whether a generation's JobManager is still its first process: then Flink's own statistics tell all that ever was. */
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { generationNames } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { componentPodSelector } from './pod-trouble.ts';

/** A pod that was made this soon after its workload is the first one: no other had the time to complete a checkpoint. */
const firstWithinMs = 5_000;

/** Its pod, only when it is certain: the only one, never restarted, made with its Deployment or Job, and not older. */
export async function firstJobManager(
  dependencies: ClusterDependencies,
  generation: Generation,
  ageMsMax = Infinity,
): Promise<ObjectOf<'Pod'> | undefined> {
  const pod = firstOf(await jobManagersOf(dependencies, generation));
  return pod && Date.now() - madeAt(pod) <= ageMsMax ? pod : undefined;
}

/**
 * What is certain of a JobManager that does not answer. `none`: nothing is there that is one, or would start one. `neverRan`:
 * none of the generation has ever started, for its image is missing, or a node. `ready`: its kubelet reaches it, so the job may well run. Else `unknown`.
 */
export async function silentJobManager(
  dependencies: ClusterDependencies,
  generation: Generation,
): Promise<'none' | 'neverRan' | 'ready' | 'unknown'> {
  const there = await jobManagersOf(dependencies, generation);
  if (there.pods.length === 0 && !there.workload) return 'none';
  const pod = firstOf(there);
  const main = pod?.status?.containerStatuses?.find(({ name }) => name === mainContainerName);
  const hasRun = main?.state?.running !== undefined || main?.state?.terminated !== undefined;
  if (pod && !hasRun) return 'neverRan';
  return there.pods.some(isReady) ? 'ready' : 'unknown';
}

type JobManagers = Awaited<ReturnType<typeof jobManagersOf>>;

function firstOf({ pods, workload }: JobManagers): ObjectOf<'Pod'> | undefined {
  const [pod] = pods;
  if (!pod || !workload || pods.length !== 1) return undefined;
  const restarts = (pod.status?.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0);
  return !restarts && madeAt(pod) - madeAt(workload) <= firstWithinMs ? pod : undefined;
}

/** Its JobManagers' pods, and what makes them: only an application may have a Job for that. */
async function jobManagersOf({ kubernetes }: ClusterDependencies, generation: Generation) {
  const { namespace, mode } = generation.spec.spec;
  const { jobManager } = generationNames(generation.identity);
  const labelSelector = componentPodSelector(generation, 'jobmanager');
  const [pods, deployment, job] = await Promise.all([
    kubernetes.list('Pod', namespace, { labelSelector }),
    kubernetes.get('Deployment', namespace, jobManager),
    mode === 'application' ? kubernetes.get('Job', namespace, jobManager) : undefined,
  ]);
  return { pods, workload: deployment ?? job };
}

function isReady({ status }: ObjectOf<'Pod'>): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function madeAt({ metadata }: { readonly metadata: { readonly creationTimestamp?: string } }): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
