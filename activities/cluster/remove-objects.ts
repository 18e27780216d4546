/** Removes a generation's anchor, and sees that everything that it owned is gone with it. */
import { failingInTime, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { findAnchor } from './anchor.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { generationSelector } from './pod-trouble.ts';

const waitMs = 60_000;

/** What an anchor owns, by itself or through a workload. No pod runs any more; one that has ended goes with its Job. */
const ownedKinds = [
  'Deployment',
  'Job',
  'Pod',
  'Service',
  'ConfigMap',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'Ingress',
] as const;

/** Repeatable: an anchor that is gone is what was wanted. */
export function removeObjects(dependencies: ClusterDependencies, { generation }: GenerationInput) {
  const { kubernetes } = dependencies;
  const { namespace } = generation.spec.spec;
  const selection = { labelSelector: generationSelector(generation) };
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const anchor = await findAnchor(kubernetes, generation);
      if (anchor) {
        const precondition = { uidPrecondition: anchor.metadata.uid, propagation: 'Foreground' as const };
        await kubernetes.delete('ConfigMap', namespace, anchor.metadata.name, precondition);
      }
      await Promise.all(ownedKinds.map((kind) => seeGone(dependencies, { kind, namespace, selection, signal })));
      return { detail: 'all objects gone' };
    }),
  );
}

interface Leaving {
  readonly kind: (typeof ownedKinds)[number];
  readonly namespace: string;
  readonly selection: { readonly labelSelector: string };
  readonly signal: AbortSignal;
}

/** @throws OBJECTS_NOT_GONE when something keeps them: most often a finalizer of somebody else's. */
async function seeGone({ kubernetes }: ClusterDependencies, { kind, namespace, selection, signal }: Leaving) {
  let left: string[] = [];
  const gone = (objects: readonly { readonly metadata: { readonly name: string } }[]) => {
    left = objects.map(({ metadata }) => `${kind} ${metadata.name}`);
    return left.length === 0 || undefined;
  };
  const wait = kubernetes.watchUntil(kind, namespace, selection, gone, { signal, timeoutMs: waitMs });
  await failingInTime(wait, () => ({
    code: 'OBJECTS_NOT_GONE',
    message: `Objects do not go: ${left.join(', ')}.`,
    cure: 'See their finalizers (`kubectl get -o yaml`): whoever set one must let go. Then ask again.',
  }));
}
