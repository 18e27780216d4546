/** Makes what a generation's pods refer to, as far as it is missing: enough for a storage pod to work in its name. */
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { Generation } from '../../core/generation.ts';
import { anchorUid } from './anchor.ts';
import type { ClusterDependencies } from './dependencies.ts';

const referredTo: ReadonlySet<string> = new Set(['ServiceAccount', 'ConfigMap']);

/** Repeatable. @throws when the anchor is gone. */
export async function applyReferredTo(dependencies: ClusterDependencies, generation: Generation): Promise<void> {
  const { kubernetes } = dependencies;
  const image = dependencies.defaultImage(generation.spec.spec.flink.version);
  const objects = renderGeneration({
    generation,
    anchorUid: await anchorUid(kubernetes, generation),
    defaultImage: image,
  });
  for (const object of objects) if (referredTo.has(object.kind)) await kubernetes.apply(object);
}
