/** What rules about pods are given, and what they find. */
import type { Failure } from '../failure.ts';
import type { ContainerStatusSeen, EventSeen, PodSeen } from './pod-seen.ts';

/** How long what may pass is given to pass, in milliseconds, and what time it is. */
export interface PodClock {
  /** Milliseconds since 1970, by the cluster's clock as well as it is known. */
  readonly now: number;
  /** From the pod's making until it has a node: a cluster autoscaler may need it. */
  readonly scheduleMs: number;
  /** From the pod's scheduling until its containers have started: pulling images, mounting volumes. */
  readonly imagePullMs: number;
  /** For what lacks because it is being made at this moment, such as a Secret; 15 s unless said otherwise. */
  readonly settleMs?: number | undefined;
}

/** The container whose log tells more. */
export interface Culprit {
  readonly pod: string;
  readonly container: string;
  /** Whether its run before this one is meant: it has been started anew since. */
  readonly previous: boolean;
}

export interface PodFinding {
  readonly failure: Failure;
  readonly culprit?: Culprit;
}

export interface PodCase {
  readonly pod: PodSeen;
  /** The events about this pod. */
  readonly events: readonly EventSeen[];
  readonly clock: PodClock;
}

/** Whether this long has passed since a time; of a time that is not known, nothing has. */
export function hasPassed(clock: PodClock, since: string | undefined, spanMs: number): boolean {
  return since !== undefined && clock.now - Date.parse(since) >= spanMs;
}

/** The time given to what is being made at this moment. */
export function settleMs(clock: PodClock): number {
  return clock.settleMs ?? 15_000;
}

/** When the pod got its node, else when it was made. */
export function scheduledAt(pod: PodSeen): string | undefined {
  const scheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'True');
  return scheduled?.lastTransitionTime ?? pod.metadata.creationTimestamp;
}

/** The statuses of all containers, init containers first: in the order in which they run. */
export function containerStatuses(pod: PodSeen): readonly ContainerStatusSeen[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** The newest message of an event with this reason. */
export function eventMessage(events: readonly EventSeen[], reason: RegExp, text = /./): string | undefined {
  const fitting = events.filter((event) => reason.test(event.reason ?? '') && text.test(event.message ?? ''));
  return fitting.toSorted((one, other) => eventTime(one).localeCompare(eventTime(other))).at(-1)?.message;
}

/** When an event was seen last. */
export function eventTime(event: EventSeen): string {
  return event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '';
}
