/** How far a pod has come on its way up. */
import { mainContainerName } from '../manifests/main-container.ts';
import { containerStatuses } from './pod-finding.ts';
import type { ContainerStatusSeen, PodSeen } from './pod-seen.ts';

/** Whether the pod has a node. */
export function hasScheduled(pod: PodSeen): boolean {
  return pod.spec?.nodeName !== undefined && pod.spec.nodeName !== '';
}

/** Whether the images are there: each container has started, or waits for nothing but the end of those before it. */
export function hasStarted(pod: PodSeen): boolean {
  const statuses = containerStatuses(pod);
  const anyRan = statuses.some(hasRun);
  return anyRan && statuses.every((status) => hasRun(status) || status.state?.waiting?.reason === 'PodInitializing');
}

/** Whether Flink's process does what it is there for, as its probe says; the user's containers may wait for something else. */
export function isUp({ status }: PodSeen): boolean {
  return (status?.containerStatuses ?? []).some(({ name, ready }) => name === mainContainerName && ready);
}

function hasRun({ state, lastState }: ContainerStatusSeen): boolean {
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}
