/** Makes the Kubernetes objects of a generation, or finds them made: server-side apply of the same objects changes nothing. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';

export interface ApplyGenerationInput extends GenerationInput {
  /** Number of the operation that does it. */
  readonly operation: number;
}

/** What pods need before they can start comes first: a pod whose account is missing is tried again only after a while. */
const workloads = new Set(['Deployment', 'Job']);

/** @throws a retryable error while an earlier anchor of this name is still being deleted. */
export function applyGeneration(dependencies: ClusterDependencies, { generation, operation }: ApplyGenerationInput) {
  const { kubernetes } = dependencies;
  const assertInTime = fence();
  return withFailures(async () => {
    assertInTime();
    const anchor = await kubernetes.apply(renderAnchor(generation, operation));
    if (anchor.metadata.deletionTimestamp) throw new Error(`${anchor.metadata.name} is still being deleted`);
    const image = dependencies.defaultImage(generation.spec.spec.flink.version);
    const objects = renderGeneration({ generation, anchorUid: anchor.metadata.uid, defaultImage: image });
    await applyAll(
      kubernetes,
      objects.filter(({ kind }) => !workloads.has(kind)),
    );
    assertInTime();
    await applyAll(
      kubernetes,
      objects.filter(({ kind }) => workloads.has(kind)),
    );
    return { detail: `${objects.length + 1} objects` };
  });
}

async function applyAll(kubernetes: KubernetesClient, objects: ReturnType<typeof renderGeneration>): Promise<void> {
  await Promise.all(objects.map((object) => kubernetes.apply(object)));
}
