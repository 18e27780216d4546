/** Waits for the pods of a generation: scheduled to nodes, then with their images pulled. */
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { hasScheduled, hasStarted, isUp } from '../../core/diagnosis/pod-progress.ts';
import type { Failure } from '../../core/failure.ts';
import { parseDurationMs } from '../../core/spec/duration.ts';
import { taskManagerReplicas } from '../../core/spec/task-managers.ts';
import { failed, failingInTime, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { PodTrouble, podSelector } from './pod-trouble.ts';

/** Waits until every pod has a node. */
export function waitPodsScheduled(dependencies: ClusterDependencies, input: WaitInput) {
  return waitPods(dependencies, input, {
    isReady: hasScheduled,
    word: 'scheduled',
    code: 'NOT_SCHEDULABLE',
    cure: 'See `kubectl describe pod` for what the scheduler lacks; lower the requests or add a node, and apply again.',
  });
}

/** Waits until every container has its image: it has started, or it waits for nothing but its turn. */
export function waitImagesPulled(dependencies: ClusterDependencies, input: WaitInput) {
  return waitPods(dependencies, input, {
    isReady: hasStarted,
    word: 'with their images',
    code: 'IMAGE_NOT_PULLED',
    cure: 'See whether the nodes reach the registry and how long the pull takes; raise spec.deadlines.imagePull if it needs longer.',
  });
}

/**
 * Waits until every TaskManager listens, while there is no JobManager for it. One that has started, and does not listen within
 * `deadlines.slots`, may wait for that in a container of the user's: it has had its time.
 */
export function waitTaskManagers(dependencies: ClusterDependencies, input: WaitInput) {
  const slotsMs = parseDurationMs(input.generation.spec.spec.deadlines.slots);
  const startedAt = new Map<string, number>();
  const hasHadItsTime = (pod: ObjectOf<'Pod'>) => {
    if (!hasStarted(pod)) return false;
    const since = startedAt.get(pod.metadata.uid) ?? performance.now();
    startedAt.set(pod.metadata.uid, since);
    return performance.now() - since >= slotsMs;
  };
  return waitPods(dependencies, input, {
    onlyTaskManagers: true,
    isReady: (pod) => isUp(pod) || hasHadItsTime(pod),
    word: 'up',
    code: 'NOT_ENOUGH_SLOTS',
    cure: 'See `kubectl describe pod` for what they wait for, and their logs.',
  });
}

interface PodWait extends Pick<Failure, 'code' | 'cure'> {
  isReady(pod: ObjectOf<'Pod'>): boolean;
  readonly word: string;
  readonly onlyTaskManagers?: boolean;
}

function waitPods(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput, wait: PodWait) {
  const { jobManager, namespace } = generation.spec.spec;
  const wanted = (wait.onlyTaskManagers ? 0 : jobManager.replicas) + taskManagerReplicas(generation.spec.spec);
  const trouble = new PodTrouble(dependencies, generation);
  let ready = 0;
  let last: readonly ObjectOf<'Pod'>[] = [];
  const decide = async (pods: readonly ObjectOf<'Pod'>[]) => {
    const failure = await trouble.of(pods);
    if (failure) throw failed(failure);
    // One on its way out, after a rescale to fewer, is none of those that are awaited.
    ready = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && wait.isReady(pod)).length;
    last = pods;
    return ready >= wanted ? { detail: `${ready} of ${wanted} pods ${wait.word}` } : undefined;
  };
  const notReady = (): Failure => {
    const behind = last
      .filter((pod) => !wait.isReady(pod))
      .map(told)
      .join(', ');
    const message = `Only ${ready} of ${wanted} pods were ${wait.word} within ${Math.round(waitMs / 1000)} s${behind && `: not ${behind}`}.`;
    return { code: wait.code, message, cure: wait.cure };
  };
  return withFailures(() =>
    withHeartbeat((signal) => {
      const selection = { labelSelector: podSelector(generation) };
      const options = { signal, timeoutMs: waitMs };
      const ended = dependencies.kubernetes.watchUntil('Pod', namespace, selection, decide, options);
      return failingInTime(ended, async () => (await trouble.of(last, 2_000)) ?? notReady());
    }),
  );
}

function told({ metadata, spec }: ObjectOf<'Pod'>): string {
  const images = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ image }) => image);
  return `${metadata.name} with ${[...new Set(images)].join(' and ')}`;
}
