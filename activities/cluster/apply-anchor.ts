/** Makes a generation's anchor and what its pods refer to: enough for a storage pod to work in its name. */
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { Generation } from '../../core/generation.ts';
import { fence } from '../fence.ts';
import type { ClusterDependencies } from './dependencies.ts';

const referredTo: ReadonlySet<string> = new Set(['ServiceAccount', 'ConfigMap']);

/** Repeatable. @throws when this attempt is too late. */
export async function applyAnchor(
  dependencies: ClusterDependencies,
  generation: Generation,
  operation: number,
): Promise<void> {
  fence()();
  const { kubernetes } = dependencies;
  const anchor = await kubernetes.apply(renderAnchor(generation, operation));
  const image = dependencies.defaultImage(generation.spec.spec.flink.version);
  const objects = renderGeneration({ generation, anchorUid: anchor.metadata.uid, defaultImage: image });
  for (const object of objects) if (referredTo.has(object.kind)) await kubernetes.apply(object);
}
