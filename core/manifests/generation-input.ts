/** What the objects of a generation are made from. */
import type { Generation } from '../generation.ts';
import { type GenerationIdentity, generationLabels, generationNames, labels, partOf } from '../names.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { Labels, ObjectMeta, OwnerReference } from './kubernetes.ts';

export interface OwnedInput {
  readonly generation: Generation;
  /** The uid under which Kubernetes stored the anchor: all other objects name it as their owner. */
  readonly anchorUid: string;
}

export interface GenerationInput extends OwnedInput {
  /** The image where the spec names none: the cluster's for the spec's Flink version. */
  readonly defaultImage: string;
  /** TaskManagers to run, where a rescale has changed what the spec asks for. */
  readonly taskManagers?: number;
}

/** The image of JobManager, TaskManagers and storage pods. */
export function imageOf({ generation: { spec }, defaultImage }: GenerationInput): string {
  return spec.spec.flink.image ?? defaultImage;
}

/** The job's labels for people, and ours, which win: selectors and garbage collection rely on them. */
export function labelsOf(job: FlinkJob, generation: GenerationIdentity): Labels {
  return { ...job.metadata.labels, ...generationLabels(generation), [labels.part]: String(partOf(generation)) };
}

/** Name, namespace and labels of one object of a generation, owned by the anchor. */
export function ownedMetadata(input: OwnedInput, name: string): ObjectMeta {
  const { spec, identity } = input.generation;
  return {
    name,
    namespace: spec.spec.namespace,
    labels: labelsOf(spec, identity),
    ownerReferences: [anchorReference(identity, input.anchorUid)],
  };
}

/** The anchor as owner. It waits for what it owns, so that the anchor gone means everything gone. */
function anchorReference(generation: GenerationIdentity, uid: string): OwnerReference {
  const { anchor } = generationNames(generation);
  return { apiVersion: 'v1', kind: 'ConfigMap', name: anchor, uid, controller: false, blockOwnerDeletion: true };
}
