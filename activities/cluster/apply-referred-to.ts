/** Makes what a generation's pods refer to, as far as it is missing: enough for a storage pod to work in its name. */
import { generationNames } from '../../core/names.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { Generation } from '../../core/generation.ts';
import { fence } from '../fence.ts';
import type { ClusterDependencies } from './dependencies.ts';

const referredTo: ReadonlySet<string> = new Set(['ServiceAccount', 'ConfigMap']);

/** Repeatable. @throws when the anchor is gone, or this attempt is too late. */
export async function applyReferredTo(dependencies: ClusterDependencies, generation: Generation): Promise<void> {
  const { kubernetes } = dependencies;
  const { anchor } = generationNames(generation.identity);
  const stored = await kubernetes.get('ConfigMap', generation.spec.spec.namespace, anchor);
  if (!stored) throw new Error(`the anchor ${anchor} is not there`);
  const image = dependencies.defaultImage(generation.spec.spec.flink.version);
  const objects = renderGeneration({ generation, anchorUid: stored.metadata.uid, defaultImage: image });
  fence()();
  for (const object of objects) if (referredTo.has(object.kind)) await kubernetes.apply(object);
}
