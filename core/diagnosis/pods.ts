/** Tells from pods and their events whether they only need time, or will not come up without somebody's help. */
import { endedTrouble, startTrouble } from './container-trouble.ts';
import { imageTrouble } from './image-trouble.ts';
import { creationTrouble, mountTrouble, scheduleTrouble } from './placing-trouble.ts';
import { containerStatuses, type PodCase, type PodClock, type PodFinding } from './pod-finding.ts';
import type { ContainerStatusSeen, EventSeen, PodSeen } from './pod-seen.ts';

/** A failure, or what the pods wait for; both are absent when all are ready. */
export interface PodsVerdict extends Partial<PodFinding> {
  readonly waiting?: string;
}

/**
 * Judges the pods of one generation. The first failure that is found decides.
 * @param events about these pods and the ReplicaSets or Jobs that make them.
 */
export function diagnosePods(pods: readonly PodSeen[], events: readonly EventSeen[], clock: PodClock): PodsVerdict {
  // A pod that is being deleted has had its time: what replaces it counts.
  const present = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const pod of present) {
    const finding = troubleOf({ pod, events: eventsOf(pod, events), clock });
    if (finding) return finding;
  }
  const refused = creationTrouble(present, events, clock);
  if (refused) return refused;
  const unready = present.filter((pod) => !isReady(pod));
  if (unready.length === 0 && present.length > 0) return {};
  const [first] = unready;
  if (first) return { waiting: `pod ${first.metadata.name} ${waitsFor(first)}` };
  return { waiting: 'no pod has been made yet' };
}

function troubleOf(one: PodCase): PodFinding | undefined {
  const placing = scheduleTrouble(one);
  if (placing) return placing;
  for (const status of containerStatuses(one.pod)) {
    const finding = imageTrouble(one, status) ?? startTrouble(one, status) ?? endedTrouble(one, status);
    if (finding) return finding;
  }
  const isStarting = containerStatuses(one.pod).some(({ state }) => state?.waiting !== undefined);
  return isStarting || containerStatuses(one.pod).length === 0 ? mountTrouble(one) : undefined;
}

function eventsOf({ metadata }: PodSeen, events: readonly EventSeen[]): readonly EventSeen[] {
  return events.filter(({ involvedObject: { uid, name } }) => {
    return metadata.uid !== undefined && uid ? uid === metadata.uid : name === metadata.name;
  });
}

function isReady({ status }: PodSeen): boolean {
  return (
    status?.phase === 'Succeeded' ||
    (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false)
  );
}

/** What a pod waits for, as the end of a sentence. */
function waitsFor(pod: PodSeen): string {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return 'waits for a node';
  const said = containerStatuses(pod).map(containerWaitsFor).find(Boolean);
  return said ?? (pod.status?.phase === 'Running' ? 'is not ready yet' : 'starts');
}

function containerWaitsFor({ name, image, state, lastState }: ContainerStatusSeen): string | undefined {
  if (!state?.waiting) return undefined;
  if (/Image|Registry/.test(state.waiting.reason ?? '')) return `waits for image ${image}`;
  if (lastState?.terminated) return `starts container ${name} again`;
  return state.waiting.reason === 'ContainerCreating' ? 'waits for its image and volumes' : undefined;
}
