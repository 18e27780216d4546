/** Puts back an object that somebody else has changed: what they have added goes, too. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { exactPatch, type AddedTo } from '../../core/manifests/exact.ts';
import type { KubernetesObject } from '../../core/manifests/kubernetes.ts';
import { markOf, objectLabel, type MarkedObject } from '../../core/observation/drift.ts';
import { failed } from '../failures.ts';

/** As the API server has it. */
interface LiveObject extends AddedTo {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

interface Hands {
  readonly kubernetes: KubernetesClient;
  readonly assertInTime: () => void;
}

/**
 * @returns it as stored, with nothing of others.
 * @throws OBJECTS_CHANGED where it is as it was found, though an object made anew would be another.
 */
export async function putBack(
  { kubernetes, assertInTime }: Hands,
  kind: Kind,
  object: KubernetesObject,
  live: LiveObject,
): Promise<MarkedObject> {
  const { name, namespace } = object.metadata;
  const { resourceVersion } = live.metadata;
  const patch = exactPatch(object, live);
  // First: applied over what was added it may be refused, as a second port of one name is. What is added meanwhile is a conflict.
  const exact = patch && (await kubernetes.merge(kind, namespace, name, patch, { resourceVersion }));
  assertInTime();
  // The rest of it; and Drey owns again what it has rendered.
  const applied = await kubernetes.apply(object);
  const stored = { ...(exact ?? applied), kind };
  const mark = markOf(stored);
  if (mark === markOf({ ...live, kind }) && mark !== (await markAnew(kubernetes, object)))
    throw failed(changedStill(object));
  return stored;
}

/** An attempt before this one may have put it back and not have noted it; and webhooks of the cluster have their say in any object. */
async function markAnew(kubernetes: KubernetesClient, object: KubernetesObject): Promise<string | undefined> {
  const anew = { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-anew` } };
  return markOf({ ...(await kubernetes.apply(anew, { dryRun: true })), kind: object.kind });
}

function changedStill(object: KubernetesObject) {
  return {
    code: 'OBJECTS_CHANGED',
    message: `${objectLabel(object)} was put back, and is as somebody has changed it all the same.`,
    cure: 'See what in the cluster changes it. What is to last belongs into the spec.',
  } as const;
}
