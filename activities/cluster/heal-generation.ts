/** Puts back what somebody else has deleted or changed of a running generation; what is as Drey left it is not touched. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { isKind } from '../../clients/kubernetes/kinds.ts';
import type { Failure } from '../../core/failure.ts';
import { hasHighAvailability, type Generation } from '../../core/generation.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { KubernetesObject } from '../../core/manifests/kubernetes.ts';
import { annotations, generationNames, pointerMapName } from '../../core/names.ts';
import {
  changesOf,
  markOf,
  objectLabel,
  readMarks,
  replicasOf,
  type MarkedObject,
  type Marks,
} from '../../core/observation/drift.ts';
import { wantedPods } from '../../core/observation/wanted-pods.ts';
import { failed, withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import { findAnchor } from './anchor.ts';
import type { ApplyGenerationInput } from './apply-generation.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { marksOf, noteMarks } from './marks.ts';
import { putBack } from './put-back.ts';

interface Healing {
  readonly kubernetes: KubernetesClient;
  readonly generation: Generation;
  readonly marks: Marks;
  readonly assertInTime: () => void;
}

/**
 * @throws OBJECTS_GONE when the anchor is gone (Kubernetes deletes what it owned, and what would be put back), or a JobManager
 * that would run the job from its beginning.
 */
export function healGeneration(dependencies: ClusterDependencies, { generation }: ApplyGenerationInput) {
  const { kubernetes } = dependencies;
  const assertInTime = fence();
  return withFailures(async () => {
    const anchor = await findAnchor(kubernetes, generation);
    if (!anchor || anchor.metadata.deletionTimestamp) throw failed(anchorGone);
    const marks = readMarks(anchor.metadata.annotations?.[annotations.applied]);
    const image = dependencies.defaultImage(generation.spec.spec.flink.version);
    const all = renderGeneration({ generation, anchorUid: anchor.metadata.uid, defaultImage: image });
    const healed: Healed[] = [];
    for (const object of all) healed.push(...(await heal({ kubernetes, generation, marks, assertInTime }, object)));
    const stored = healed.flatMap((one) => one.stored ?? []);
    if (stored.length > 0) await noteMarks(kubernetes, generation, { ...marks, ...marksOf(stored) });
    return { detail: healed.length === 0 ? 'nothing was to put back' : healed.map(({ what }) => what).join(', ') };
  });
}

const anchorGone = {
  code: 'OBJECTS_GONE',
  message: 'The ConfigMap that owns the objects of the job is gone, and they go with it.',
  cure: 'Nothing to do: the job goes on in a new generation. See who deletes what they did not make.',
} as const;

interface Healed {
  readonly what: string;
  /** As stored, where it was made or put back. */
  readonly stored?: MarkedObject;
}

async function heal(
  { kubernetes, generation, marks, assertInTime }: Healing,
  object: KubernetesObject,
): Promise<Healed[]> {
  const { kind, metadata } = object;
  if (!isKind(kind)) return [];
  const label = objectLabel(object);
  const live = await kubernetes.get(kind, metadata.namespace, metadata.name);
  assertInTime();
  if (!live) {
    if (await wouldRunFromItsBeginning(kubernetes, generation, object)) throw failed(jobManagerGone(label));
    return [{ what: `${label} made anew`, stored: { ...(await kubernetes.apply(object)), kind } }];
  }
  // To let a pod of it start again would be the same as to make it anew.
  if (kind === 'Job') return [];
  const now = { label, mark: markOf({ ...live, kind }), replicas: replicasOf({ ...live, kind }) };
  const wanted = wantedPods(generation);
  const [change] = changesOf([now], marks, wanted);
  if (!change) return [];
  if (change.what.startsWith('replicas') && kind === 'Deployment') {
    await kubernetes.scale(kind, metadata.namespace, metadata.name, wanted[label] ?? 1);
    return [{ what: `${label} scaled back` }];
  }
  return [{ what: `${label} put back`, stored: await putBack({ kubernetes, assertInTime }, kind, object, live) }];
}

/**
 * An application's JobManager runs the job as it starts: from what its generation was made with, unless Flink's high availability
 * still knows a newer checkpoint. That may have been deleted a moment after what was to be put back.
 */
async function wouldRunFromItsBeginning(
  kubernetes: KubernetesClient,
  { identity, spec, submission }: Generation,
  { metadata }: KubernetesObject,
): Promise<boolean> {
  if (spec.spec.mode !== 'application' || metadata.name !== generationNames(identity).jobManager) return false;
  if (!hasHighAvailability(spec)) return true;
  const pointers = pointerMapName(identity, submission);
  return (await kubernetes.get('ConfigMap', spec.spec.namespace, pointers)) === undefined;
}

function jobManagerGone(label: string): Failure {
  return {
    code: 'OBJECTS_GONE',
    message: `${label} is gone, and to make it anew would run the job from where it once began.`,
    cure: 'Nothing to do: the job goes on in a new generation, from its newest restore point. See who deletes what they did not make.',
  };
}
