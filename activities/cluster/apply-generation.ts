/** Makes the Kubernetes objects of a generation, or finds them made: server-side apply of the same objects changes nothing. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Stored } from '../../clients/kubernetes/kinds.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { ConfigMap, KubernetesObject } from '../../core/manifests/kubernetes.ts';
import { generationNames, managerName } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { marksOf, noteMarks } from './marks.ts';

export interface ApplyGenerationInput extends GenerationInput {
  /** Number of the operation that does it. */
  readonly operation: number;
}

/** What pods need before they can start comes first: a pod whose account is missing is tried again only after a while. */
const workloads = new Set(['Deployment', 'Job']);

/** @throws a retryable error while an earlier anchor of this name is still being deleted. */
export function applyGeneration(dependencies: ClusterDependencies, input: ApplyGenerationInput) {
  const anchor = () => dependencies.kubernetes.apply(renderAnchor(input.generation, input.operation));
  return applyObjects(dependencies, input, { anchor, isWanted: () => true });
}

/**
 * The same without an application's JobManager, which would submit the job as it starts. What the anchor says of submissions
 * is not touched: an attempt that came late would take it away. @throws as `applyGeneration`
 */
export function applyTaskManagers(dependencies: ClusterDependencies, input: ApplyGenerationInput) {
  const { generation, operation } = input;
  const { jobManager } = generationNames(generation.identity);
  const anchor = () =>
    dependencies.kubernetes.apply(renderAnchor(generation, operation, false), { fieldManager: `${managerName}-ahead` });
  return applyObjects(dependencies, input, {
    anchor,
    isWanted: ({ kind, metadata }) => !workloads.has(kind) || metadata.name !== jobManager,
  });
}

interface Wanted {
  readonly anchor: () => Promise<Stored<ConfigMap>>;
  readonly isWanted: (object: KubernetesObject) => boolean;
}

function applyObjects(dependencies: ClusterDependencies, { generation }: ApplyGenerationInput, wanted: Wanted) {
  const { kubernetes } = dependencies;
  const assertInTime = fence();
  return withFailures(async () => {
    assertInTime();
    const anchor = await wanted.anchor();
    if (anchor.metadata.deletionTimestamp) throw new Error(`${anchor.metadata.name} is still being deleted`);
    const image = dependencies.defaultImage(generation.spec.spec.flink.version);
    const all = renderGeneration({ generation, anchorUid: anchor.metadata.uid, defaultImage: image });
    const objects = all.filter(wanted.isWanted);
    const needed = await applyAll(
      kubernetes,
      objects.filter(({ kind }) => !workloads.has(kind)),
    );
    assertInTime();
    const started = await applyAll(
      kubernetes,
      objects.filter(({ kind }) => workloads.has(kind)),
    );
    await noteMarks(kubernetes, generation, marksOf([...needed, ...started]));
    return { detail: `${objects.length + 1} objects` };
  });
}

function applyAll(kubernetes: KubernetesClient, objects: ReturnType<typeof renderGeneration>) {
  return Promise.all(objects.map((object) => kubernetes.apply(object)));
}
