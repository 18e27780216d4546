/** What of a generation's pods goes into an observation: how many there are, and those that something is wrong with. */
import { containerStatuses } from '../diagnosis/pod-finding.ts';
import { isUp } from '../diagnosis/pod-progress.ts';
import type { ContainerStatusSeen, PodSeen } from '../diagnosis/pod-seen.ts';
import { labels } from '../names.ts';
import { troubledPodsMax } from './bounds.ts';
import type { ContainerEnd, Observation, ObservedComponent, PodObserved, PodsObserved } from './observation.ts';

export interface PodsLook {
  readonly pods: readonly PodSeen[];
  /** How many of each there should be. */
  readonly wanted: Readonly<Record<ObservedComponent, number>>;
  /** Since when nodes have not been heard of, by their names; milliseconds since 1970. */
  readonly lostNodes: ReadonlyMap<string, number>;
}

/** The pods of one generation. Those that are being deleted count only where their node is lost: nobody knows of them. */
export function observedPods({ pods, wanted, lostNodes }: PodsLook): Observation['pods'] {
  const of = (component: ObservedComponent): PodsObserved => {
    const own = pods.filter(({ metadata }) => metadata.labels?.[labels.component] === component);
    const counted = own.filter((pod) => pod.metadata.deletionTimestamp === undefined || isOnLostNode(pod, lostNodes));
    const living = counted.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
    return {
      wanted: wanted[component],
      present: living.length,
      ready: living.filter((pod) => isUp(pod) && !isOnLostNode(pod, lostNodes)).length,
      troubled: troubledOf(counted, lostNodes),
    };
  };
  return { jobmanager: of('jobmanager'), taskmanager: of('taskmanager') };
}

function isOnLostNode({ spec }: PodSeen, lostNodes: ReadonlyMap<string, number>): boolean {
  return lostNodes.has(spec?.nodeName ?? '');
}

/** The worst first, of these the newest, then by name: the same pods are named each time. */
function troubledOf(pods: readonly PodSeen[], lostNodes: ReadonlyMap<string, number>): readonly PodObserved[] {
  return pods
    .map((pod) => observedPod(pod, lostNodes))
    .filter((pod) => severityOf(pod) > 0)
    .toSorted(worstFirst)
    .slice(0, troubledPodsMax);
}

function worstFirst(one: PodObserved, other: PodObserved): number {
  const severity = severityOf(other) - severityOf(one);
  const age = (other.ended?.atMs ?? 0) - (one.ended?.atMs ?? 0);
  return severity || age || (one.name < other.name ? -1 : 1);
}

/** Images and volumes on their way are no trouble. */
const onTheWay = /^(?:ContainerCreating|PodInitializing)$/;

function severityOf({ nodeLostMs, waiting, ended }: PodObserved): number {
  if (ended?.reason === 'OOMKilled') return 4;
  if (nodeLostMs !== undefined) return 3;
  if (waiting !== undefined) return 2;
  return ended === undefined ? 0 : 1;
}

function observedPod(pod: PodSeen, lostNodes: ReadonlyMap<string, number>): PodObserved {
  const node = pod.spec?.nodeName;
  const nodeLostMs = lostNodes.get(node ?? '');
  const containers = containerStatuses(pod).map((status) => containerOf(pod, status));
  // The one that explains most: the others of a pod wait for it, or run.
  const [culprit] = containers.toSorted((one, other) => weightOf(other) - weightOf(one));
  return {
    name: pod.metadata.name,
    isReady: isUp(pod) && nodeLostMs === undefined,
    ...(node && { node }),
    ...(nodeLostMs !== undefined && { nodeLostMs }),
    ...(culprit && weightOf(culprit) > 0 && culprit),
  };
}

type ContainerObserved = Pick<PodObserved, 'container' | 'waiting' | 'restarts' | 'ended'>;

function weightOf({ waiting, ended }: ContainerObserved): number {
  if (ended?.reason === 'OOMKilled') return 3;
  return waiting === undefined ? Number(ended !== undefined) : 2;
}

function containerOf(pod: PodSeen, status: ContainerStatusSeen): ContainerObserved {
  const waiting = status.state?.waiting?.reason;
  const ended = endOf(pod, status);
  return {
    container: status.name,
    restarts: status.restartCount,
    ...(waiting !== undefined && !onTheWay.test(waiting) && { waiting }),
    ...(ended && { ended }),
  };
}

/** An end with code 0 is what init containers are for. */
function endOf(pod: PodSeen, { name, state, lastState }: ContainerStatusSeen): ContainerEnd | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended || ended.exitCode === 0) return undefined;
  const memoryLimit = memoryLimitOf(pod, name);
  const wasReadySince = ended.finishedAt !== undefined && hasBeenReadySince(pod, Date.parse(ended.finishedAt));
  return {
    exitCode: ended.exitCode,
    ...(ended.reason !== undefined && { reason: ended.reason }),
    ...(ended.finishedAt !== undefined && { atMs: Date.parse(ended.finishedAt) }),
    ...(wasReadySince && { wasReadySince }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  };
}

/** How late a kubelet may say that a pod is not ready whose container has ended. */
const toldMs = 30_000;

/** Since when a pod is not ready Kubernetes says: where that began later than the end, it was ready in between. */
function hasBeenReadySince({ status }: PodSeen, endedAtMs: number): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready) return false;
  return ready.status === 'True' || Date.parse(ready.lastTransitionTime ?? '') > endedAtMs + toldMs;
}

/** How much memory a container may use, as its pod says it; undefined where that is not limited. */
export function memoryLimitOf({ spec }: PodSeen, container: string): string | undefined {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return all.find(({ name }) => name === container)?.resources?.limits?.['memory'];
}
