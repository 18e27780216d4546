/** Pods that get no node, whose volumes cannot be mounted, or that are not even made. */
import {
  eventMessage,
  eventTime,
  hasPassed,
  scheduledAt,
  settleMs,
  type PodCase,
  type PodClock,
  type PodFinding,
} from './pod-finding.ts';
import type { EventSeen, PodSeen } from './pod-seen.ts';

/** A pod that the scheduler finds no node for. */
export function scheduleTrouble({ pod, events, clock }: PodCase): PodFinding | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return undefined;
  const said = condition.message ?? '';
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(said)?.[1];
  // The autoscaler has looked and cannot help: waiting on is in vain.
  const hopeless = claim !== undefined || eventMessage(events, /^NotTriggerScaleUp$/) !== undefined;
  const span = hopeless ? Math.min(settleMs(clock), clock.scheduleMs) : clock.scheduleMs;
  if (!hasPassed(clock, pod.metadata.creationTimestamp, span)) return undefined;
  if (claim !== undefined) {
    const message = `Pod ${pod.metadata.name} cannot be scheduled: there is no PersistentVolumeClaim ${claim} in the namespace.`;
    const cure = `Create the PersistentVolumeClaim ${claim}, or correct its name (spec.storage.volumeClaim.name, or a podTemplate).`;
    return { failure: { code: 'NOT_SCHEDULABLE', message, cure } };
  }
  const message = `No node takes pod ${pod.metadata.name}: ${lacking(said)}.`;
  return { failure: { code: 'NOT_SCHEDULABLE', message, cure: cureFor(said), evidence: said } };
}

/** The scheduler's words, without what preemption would have changed. */
function lacking(said: string): string {
  const head = said.split(/\.? (?:preemption|no new claims to deallocate)/, 1)[0] ?? said;
  return head.replace(/[.,\s]+$/, '') || 'the scheduler gave no reason';
}

function cureFor(said: string): string {
  if (/unbound immediate PersistentVolumeClaims/.test(said)) {
    return 'See `kubectl get pvc`: a claim waits for a volume; its storage class must be able to make one.';
  }
  if (/Insufficient (?:cpu|memory|ephemeral-storage)/.test(said)) {
    return 'Lower the requests in spec.jobManager.resources and spec.taskManager.resources or the number of TaskManagers, or add a node.';
  }
  if (/taint|affinity|selector/i.test(said)) {
    return 'Add the toleration, or correct the nodeSelector or affinity in the podTemplate.';
  }
  return 'Correct what the scheduler names, or add a node that fits.';
}

/** A pod on a node whose sandbox or volumes are not made ready. */
export function mountTrouble({ pod, events, clock }: PodCase): PodFinding | undefined {
  const said = eventMessage(events, /^(?:FailedMount|FailedAttachVolume|FailedMapVolume|FailedCreatePodSandBox)$/);
  if (said === undefined) return undefined;
  const missing = /(secret|configmap) "([^"]+)" not found|object "[^"]+"\/"([^"]+)" not registered/i.exec(said);
  const name = missing?.[2];
  const span = name === undefined ? clock.imagePullMs : settleMs(clock);
  if (!hasPassed(clock, scheduledAt(pod), span)) return undefined;
  const volume = /for volume "([^"]+)"/.exec(said)?.[1];
  const what = name === undefined ? said : `${missing?.[1]} ${name} does not exist`;
  const message = `Pod ${pod.metadata.name} cannot start${volume ? `, volume ${volume}` : ''}: ${what.slice(0, 300)}.`;
  const cure =
    name === undefined
      ? 'Mend the volume or the node that Kubernetes names, and apply again.'
      : `Create the ${missing?.[1]} ${name} in the job's namespace, or correct its name in the podTemplate.`;
  return { failure: { code: 'POD_NOT_STARTED', message, cure, evidence: said } };
}

/** Whether the workload that was refused a pod has got one since. */
function wasMadeAfter(refusal: EventSeen, pods: readonly PodSeen[]): boolean {
  const refusedAt = Date.parse(eventTime(refusal));
  return pods.some(({ metadata: { name, creationTimestamp } }) => {
    return name.startsWith(`${refusal.involvedObject.name}-`) && !(refusedAt > Date.parse(creationTimestamp ?? ''));
  });
}

/** How long ago Kubernetes may have refused to make a pod for it to count: later it was made after all. */
const refusalCountsForMs = 60_000;

/** Pods that are not made at all: a quota, Pod Security, or a service account that is not there. */
export function creationTrouble(
  pods: readonly PodSeen[],
  events: readonly EventSeen[],
  clock: PodClock,
): PodFinding | undefined {
  const refusals = events.filter(
    (event) => event.reason === 'FailedCreate' && event.involvedObject.kind !== 'Pod' && !wasMadeAfter(event, pods),
  );
  const recent = refusals.filter((event) => !hasPassed(clock, eventTime(event), refusalCountsForMs));
  const said = eventMessage(recent, /^FailedCreate$/);
  if (said === undefined) return undefined;
  const reason = said.replace(/^Error creating: /, '');
  return {
    failure: {
      code: 'OBJECTS_REFUSED',
      message: `Kubernetes refuses to make a pod: ${reason.slice(0, 300).replace(/[.\s]+$/, '')}.`,
      cure: /exceeded quota/.test(said)
        ? "Raise the namespace's quota, or lower the requests or the number of TaskManagers."
        : 'Correct what the policy or the API server names (most often in a podTemplate), and apply again.',
      evidence: said,
    },
  };
}
