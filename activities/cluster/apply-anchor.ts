/** Makes a generation's anchor, with the account that its pods run as: enough for a storage pod to work in its name. */
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { Generation } from '../../core/generation.ts';
import { fence } from '../fence.ts';
import type { ClusterDependencies } from './dependencies.ts';

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
  for (const object of objects) if (object.kind === 'ServiceAccount') await kubernetes.apply(object);
}
