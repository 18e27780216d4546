/** Scales a generation to zero and sees its pods end. A pod has ended when its node says so: nothing here forces it. */
import { isNotFound } from '../../clients/kubernetes/errors.ts';
import { generationNames } from '../../core/names.ts';
import { failingInTime, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { podSelector } from './pod-trouble.ts';

/** One attempt's wait; the workflow repeats it. */
const waitMs = 4 * 60_000;

/** @throws PODS_NOT_GONE when pods stay: then nothing may take their place, for they may still run. */
export function endPods(dependencies: ClusterDependencies, { generation }: GenerationInput) {
  const { kubernetes } = dependencies;
  const { namespace } = generation.spec.spec;
  let left: string[] = [];
  const noneRuns = (pods: readonly ObjectOf<'Pod'>[]) => {
    left = pods.filter(mayRun).map((pod) => `${pod.metadata.name} on ${pod.spec?.nodeName ?? 'no node'}`);
    return left.length === 0 ? { detail: 'no pod is left' } : undefined;
  };
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      await scaleToZero(dependencies, { generation });
      const selection = { labelSelector: podSelector(generation) };
      const wait = kubernetes.watchUntil('Pod', namespace, selection, noneRuns, { signal, timeoutMs: waitMs });
      return failingInTime(wait, () => ({
        code: 'PODS_NOT_GONE',
        message: `Pods do not end: ${left.join(', ')}.`,
        cure: 'See whether their node is lost. When it is certain that it is off, delete the node object or the pods by force.',
      }));
    }),
  );
}

/** The pod of a Kubernetes Job that has failed or is done stays as long as the Job: no process of it is left. */
function mayRun(pod: ObjectOf<'Pod'>): boolean {
  return pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded';
}

async function scaleToZero({ kubernetes }: ClusterDependencies, { generation }: GenerationInput): Promise<void> {
  const { namespace } = generation.spec.spec;
  const { jobManager, taskManager } = generationNames(generation.identity);
  const workloads = [
    ['Deployment', jobManager],
    ['Job', jobManager],
    ['Deployment', taskManager],
  ] as const;
  await Promise.all(
    workloads.map(([kind, name]) =>
      kubernetes.scale(kind, namespace, name, 0).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      }),
    ),
  );
}
