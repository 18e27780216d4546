/** Takes away TaskManagers that a job does not need any more: never one with a task of it. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, generationNames } from '../../core/names.ts';
import { busyTaskManagers } from '../../core/rescale/busy-task-managers.ts';
import { decideRemoval, type TaskManagerRemoval } from '../../core/rescale/task-manager-removal.ts';
import { failingInTime, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { componentPodSelector } from './pod-trouble.ts';
import { supervise } from './supervise.ts';

export interface RemoveTaskManagersInput extends WaitInput {
  /** How many shall be left. */
  readonly replicas: number;
}

/** Kubernetes takes pods of a low cost first; without a word of it, it would choose by age. */
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const idleCost = '-1000';

export function removeTaskManagers(dependencies: ClusterDependencies, input: RemoveTaskManagersInput) {
  const { kubernetes } = dependencies;
  const { generation, waitMs } = input;
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const removal = await supervise(dependencies, {
        generation,
        waitMs,
        signal,
        despitePods: true,
        look: (flink) => decided(kubernetes, flink, input),
        whenTimeIsUp: (silence) => ({
          code: 'JOB_NOT_RUNNING',
          message: `It cannot be told which TaskManagers are in use: ${silence ?? 'its JobManager does not tell of the job, or of a place of every task'}.`,
          cure: 'See the job in the Flink UI. TaskManagers that are too many harm nobody: the next rescale removes them.',
        }),
      });
      await markPods(kubernetes, generation, removal);
      const { taskManager } = generationNames(generation.identity);
      await kubernetes.scale('Deployment', generation.spec.spec.namespace, taskManager, removal.replicas);
      await seeGone(kubernetes, generation, removal, { signal, timeoutMs: waitMs });
      return { detail: told(removal) };
    }),
  );
}

async function decided(
  kubernetes: KubernetesClient,
  flink: FlinkClient,
  { generation, replicas: wanted }: RemoveTaskManagersInput,
): Promise<MarkedRemoval | undefined> {
  const { namespace } = generation.spec.spec;
  const pods = (await kubernetes.list('Pod', namespace, selectionOf(generation))).filter(stays);
  const busy = await busyOf(flink, generation, pods.map(nameOf));
  if (!busy) return undefined;
  const deployment = await kubernetes.get('Deployment', namespace, generationNames(generation.identity).taskManager);
  const replicas = deployment?.spec?.replicas ?? wanted;
  const removal = decideRemoval({ pods: pods.map(nameOf), busy, replicas, wanted });
  return { ...removal, marked: pods.filter(({ metadata }) => metadata.annotations?.[deletionCost]).map(nameOf) };
}

interface MarkedRemoval extends TaskManagerRemoval {
  /** Pods that an earlier removal has marked. */
  readonly marked: readonly string[];
}

const nameOf = ({ metadata }: ObjectOf<'Pod'>) => metadata.name;

/**
 * The TaskManagers that have a task; undefined while that cannot be told. A job that has ended has none: one that is not listed has not, for a
 * JobManager that came up anew may not know of it yet.
 */
async function busyOf(
  flink: FlinkClient,
  generation: Generation,
  pods: readonly string[],
): Promise<readonly string[] | undefined> {
  const id = flinkJobId(generation.identity, generation.submission);
  const listed = (await flink.jobs()).find((one) => one.id === id);
  if (listed?.endedAtMs !== undefined) return [];
  const job = listed?.state === 'RUNNING' ? await flink.job(id) : undefined;
  if (job?.state !== 'RUNNING') return undefined;
  return busyTaskManagers(await Promise.all(job.vertices.map((vertex) => flink.subtasks(id, vertex.id))), pods);
}

/** The controller learns of the marks before it learns of the smaller number: that comes to it by a longer way. */
async function markPods(kubernetes: KubernetesClient, generation: Generation, { first, kept, marked }: MarkedRemoval) {
  const { namespace } = generation.spec.spec;
  const mark = (names: readonly string[], cost: string | null) =>
    names.map((name) => kubernetes.annotate('Pod', namespace, name, { [deletionCost]: cost }));
  await Promise.all([
    ...mark(
      kept.filter((name) => marked.includes(name)),
      null,
    ),
    ...mark(first, idleCost),
  ]);
}

async function seeGone(
  kubernetes: KubernetesClient,
  generation: Generation,
  { replicas }: TaskManagerRemoval,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<void> {
  const { namespace } = generation.spec.spec;
  let left: string[] = [];
  const few = (pods: readonly ObjectOf<'Pod'>[]) => {
    left = pods.filter(stays).map(nameOf);
    return left.length <= replicas || undefined;
  };
  await failingInTime(kubernetes.watchUntil('Pod', namespace, selectionOf(generation), few, options), () => ({
    code: 'PODS_NOT_GONE',
    message: `${left.length} TaskManagers are left, where ${replicas} were to be: ${left.join(', ')}.`,
    cure: "See the Deployment's events (`kubectl describe deployment`) for what keeps its pods.",
  }));
}

function selectionOf(generation: Generation) {
  return { labelSelector: componentPodSelector(generation, 'taskmanager') };
}

/** Not on its way out, and no corpse that only its name is left of. */
function stays({ metadata, status }: ObjectOf<'Pod'>): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

function told({ replicas, tooMany }: TaskManagerRemoval): string {
  if (tooMany === 0) return `${replicas} left`;
  return `${replicas} left, ${tooMany} more than needed: each has tasks of the job`;
}
