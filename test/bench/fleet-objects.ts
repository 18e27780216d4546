/**
 * The Kubernetes objects of a job of a fleet: as Drey renders them, and kept from running anywhere. Its Deployments are
 * paused, so nothing makes pods for them; its pods are made here, and belong to a scheduler that nobody is.
 */
import type { AppliedObject } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { ports } from '../../core/flink/configuration-ports.ts';
import { renderAnchor, submissionNotes } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { ConfigMap, Deployment, KubernetesObject, PodTemplate, Service } from '../../core/manifests/kubernetes.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { annotations, generationNames } from '../../core/names.ts';

const nobody = 'drey-bench-nobody';
const image = 'drey-bench/none:1';

/** The anchor of a generation that runs its first submission. */
export function fleetAnchor(generation: Generation): ConfigMap {
  const anchor = renderAnchor(generation, 1);
  const ran = { [annotations.ran]: String(generation.submission) };
  const notes = { ...anchor.metadata.annotations, ...submissionNotes(generation), ...ran };
  return { ...anchor, metadata: { ...anchor.metadata, annotations: notes } };
}

/** All others, in an order in which they can be applied one by one. */
export function fleetObjects(generation: Generation, anchorUid: string): AppliedObject[] {
  const rendered = renderGeneration({ generation, anchorUid, defaultImage: image });
  return rendered.flatMap((object) => [inert(object), ...podsOf(object)]);
}

function inert(object: KubernetesObject): AppliedObject {
  if (isDeployment(object)) return { ...object, spec: { ...object.spec, paused: true } } as AppliedObject;
  return isService(object) ? unselected(object) : object;
}

/**
 * Without an address of its own, for a node would have rules for each, and the range of addresses an end. And without a selector:
 * Kubernetes makes no endpoints of pods that have no node (`fleetEndpoints`).
 */
function unselected({ spec: { selector: _selector, ...spec }, ...service }: Service): AppliedObject {
  return { ...service, spec: { ...spec, clusterIP: 'None' } } as AppliedObject;
}

function podsOf(object: KubernetesObject): AppliedObject[] {
  if (!isDeployment(object)) return [];
  const { replicas, template } = object.spec;
  return Array.from({ length: replicas }, (_, index) => pod(object, template, index));
}

function pod({ metadata }: Deployment, template: PodTemplate, index: number): AppliedObject {
  const { namespace, ownerReferences } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(metadata.name, index), namespace, ...template.metadata, ownerReferences },
    spec: { ...template.spec, schedulerName: nobody },
  } as AppliedObject;
}

function podName(workload: string, index: number): string {
  return `${workload}-${index}`;
}

function isDeployment(object: KubernetesObject): object is Deployment {
  return object.kind === 'Deployment';
}

function isService(object: KubernetesObject): object is Service {
  return object.kind === 'Service';
}

/** Where the Service of a generation leads to: the API server's proxy goes to addresses of pods alone. */
export function fleetEndpoints({ identity, spec }: Generation, address: string) {
  const { service, jobManager } = generationNames(identity);
  const { namespace } = spec.spec;
  const targetRef = { kind: 'Pod', namespace, name: podName(jobManager, 0) };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    // Nothing but that proxy needs to know them.
    metadata: { name: service, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [
      { addresses: [{ ip: address, targetRef }], ports: [{ name: 'rest', port: ports.rest, protocol: 'TCP' }] },
    ],
  };
}

/** What a kubelet would say of a pod that is well. Its address is that of whoever plays its JobManager. */
export function podStatus(address: string, now: string) {
  return {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: now,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => {
      return { type, status: 'True', lastTransitionTime: now };
    }),
    containerStatuses: [
      {
        name: mainContainerName,
        image,
        imageID: '',
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: now } },
      },
    ],
  };
}

/** The path at which the API server takes a pod's status. */
export function podStatusPath({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}/status`;
}

/** How the pods of a generation are called. */
export function podNames(objects: readonly AppliedObject[]): string[] {
  return objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name);
}
