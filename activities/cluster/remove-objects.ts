/** Removes a generation's anchor, and sees that everything that it owned is gone with it. */
import { generationNames } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
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
export function removeObjects({ kubernetes }: ClusterDependencies, { generation }: GenerationInput) {
  const { namespace } = generation.spec.spec;
  const { anchor } = generationNames(generation.identity);
  const selection = { labelSelector: generationSelector(generation) };
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const stored = await kubernetes.get('ConfigMap', namespace, anchor);
      if (stored) {
        const precondition = { uidPrecondition: stored.metadata.uid, propagation: 'Foreground' as const };
        await kubernetes.delete('ConfigMap', namespace, anchor, precondition);
      }
      await Promise.all(
        ownedKinds.map((kind) =>
          kubernetes.watchUntil(kind, namespace, selection, (objects) => objects.length === 0 || undefined, {
            signal,
            timeoutMs: waitMs,
          }),
        ),
      );
      return { detail: 'all objects gone' };
    }),
  );
}
