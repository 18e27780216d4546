/** The anchor of a generation whose job may have run, made anew after somebody has deleted it: what is made in its name needs an owner. */
import { renderAnchor } from '../../core/manifests/anchor.ts';
import type { ConfigMap } from '../../core/manifests/kubernetes.ts';
import { annotations } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';

/**
 * Who finds it before its storage was read must not take it for one to which nothing was submitted.
 * @param operation that makes it, where that is known.
 */
export function anchorAnew(generation: Generation, operation?: number): ConfigMap {
  const anchor = renderAnchor(generation, operation, true);
  const ran = { [annotations.ran]: String(generation.submission) };
  return { ...anchor, metadata: { ...anchor.metadata, annotations: { ...anchor.metadata.annotations, ...ran } } };
}
