/** What an observer keeps of an object: of thousands of jobs, the rest would fill the memory of the agent. */
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import { markOf, objectLabel, replicasOf, type ObjectNow } from '../../core/observation/drift.ts';

type OtherKind = 'ConfigMap' | 'Deployment' | 'Job' | 'Service';

/** The part of a pod that is read. */
export function slimPod({ metadata, spec, status }: ObjectOf<'Pod'>): PodSeen {
  const { name, uid, creationTimestamp, deletionTimestamp, labels, ownerReferences } = metadata;
  return {
    metadata: {
      name,
      uid,
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(labels && { labels }),
      ...(ownerReferences && { ownerReferences: ownerReferences.map(({ kind }) => ({ kind })) }),
    },
    spec: {
      ...(spec?.nodeName !== undefined && { nodeName: spec.nodeName }),
      initContainers: (spec?.initContainers ?? []).map(slimContainer),
      containers: (spec?.containers ?? []).map(slimContainer),
    },
    ...(status && { status: slimStatus(status) }),
  };
}

function slimContainer({ name, resources }: NonNullable<NonNullable<ObjectOf<'Pod'>['spec']>['containers']>[number]) {
  return { name, ...(resources?.limits && { resources: { limits: resources.limits } }) };
}

function slimStatus(status: NonNullable<ObjectOf<'Pod'>['status']>): NonNullable<PodSeen['status']> {
  const { phase, reason, message, conditions, initContainerStatuses, containerStatuses } = status;
  return {
    ...(phase !== undefined && { phase }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(conditions && { conditions }),
    ...(initContainerStatuses && { initContainerStatuses }),
    ...(containerStatuses && { containerStatuses }),
  };
}

/** Of what is no pod, by what it is told apart. */
export function slimObject(kind: OtherKind, object: ObjectOf<OtherKind>): ObjectNow {
  const whole = { ...object, kind };
  return { label: objectLabel(whole), mark: markOf(whole), replicas: replicasOf(whole) };
}
