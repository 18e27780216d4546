/** How far a pod has come on its way up. */
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

function hasRun({ state, lastState }: ContainerStatusSeen): boolean {
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}
