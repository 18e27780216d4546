/** A generation's anchor as the cluster has it: the object that owns all others, and what is noted on it. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { isNotFound } from '../../clients/kubernetes/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, generationNames } from '../../core/names.ts';
import { failed } from '../failures.ts';

/** The anchor; undefined when it is gone, or was never made. */
export function findAnchor(
  kubernetes: KubernetesClient,
  { identity, spec }: Generation,
): Promise<ObjectOf<'ConfigMap'> | undefined> {
  return kubernetes.get('ConfigMap', spec.spec.namespace, generationNames(identity).anchor);
}

/** @throws when the anchor is gone. */
export async function anchorUid(kubernetes: KubernetesClient, generation: Generation): Promise<string> {
  const anchor = await findAnchor(kubernetes, generation);
  if (!anchor) throw new Error(`the anchor ${generationNames(generation.identity).anchor} is not there`);
  return anchor.metadata.uid;
}

/** Writes annotations of the anchor; null takes one away. @throws KubernetesError 404 when the anchor is gone. */
export async function noteOnAnchor(
  kubernetes: KubernetesClient,
  { identity, spec }: Generation,
  notes: Readonly<Record<string, string | null>>,
): Promise<void> {
  await kubernetes.annotate('ConfigMap', spec.spec.namespace, generationNames(identity).anchor, notes);
}

/** The same while the generation starts. @throws OBJECTS_GONE when somebody has deleted the anchor, and so all it owns. */
export async function noteWhileStarting(
  kubernetes: KubernetesClient,
  generation: Generation,
  notes: Readonly<Record<string, string | null>>,
): Promise<void> {
  try {
    await noteOnAnchor(kubernetes, generation, notes);
  } catch (error) {
    if (isNotFound(error)) throw failed(anchorGone(generation));
    throw error;
  }
}

/** Notes that all tasks of its submission were seen to run, and when that was first. @throws OBJECTS_GONE */
export async function noteRan(kubernetes: KubernetesClient, generation: Generation): Promise<void> {
  const submission = String(generation.submission);
  const stored = await findAnchor(kubernetes, generation);
  if (stored?.metadata.annotations?.[annotations.ran] === submission) return;
  const since = new Date().toISOString();
  await noteWhileStarting(kubernetes, generation, {
    [annotations.ran]: submission,
    [annotations.ranSince]: since,
  });
}

function anchorGone({ identity, spec }: Generation): Failure {
  return {
    code: 'OBJECTS_GONE',
    message: `ConfigMap ${spec.spec.namespace}/${generationNames(identity).anchor}, which owns the job's objects, was deleted while they started.`,
    cure: 'See who deletes what they did not make, and apply again: the job starts from its newest restore point.',
  };
}
