/** Points the job's Service and Ingress for people at a generation: they are moved, not made anew, so links stay good. */
import { isKind } from '../../clients/kubernetes/kinds.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderStable } from '../../core/manifests/stable.ts';
import { labels } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import type { ApplyGenerationInput } from './apply-generation.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** @throws NAME_TAKEN when another job or somebody else has an object of that name. */
export function publishService({ kubernetes }: ClusterDependencies, { generation, operation }: ApplyGenerationInput) {
  const { namespace } = generation.spec.spec;
  const assertInTime = fence();
  return withFailures(async () => {
    assertInTime();
    const anchor = await kubernetes.apply(renderAnchor(generation, operation));
    const objects = renderStable({ generation, anchorUid: anchor.metadata.uid });
    for (const object of objects) {
      if (!isKind(object.kind)) throw new Error(`unknown kind ${object.kind}`);
      const there = await kubernetes.get(object.kind, namespace, object.metadata.name);
      if (there && !isOurs(there.metadata.labels, generation.identity))
        throw failed(taken(object.kind, object.metadata.name));
      await kubernetes.apply(object);
    }
    return { detail: objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ') };
  });
}

function isOurs(found: Record<string, string> | undefined, job: { tenant: string; name: string }): boolean {
  return found?.[labels.tenant] === job.tenant && found[labels.job] === job.name;
}

function taken(kind: string, name: string) {
  return {
    code: 'NAME_TAKEN' as const,
    message: `${kind} ${name} exists already and does not belong to this job.`,
    cure: 'Remove it, or give the job another name.',
  };
}
