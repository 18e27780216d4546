/** Makes of a generation only what a storage pod needs: for a job that has none, whose storage shall be reached. */
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import type { ApplyGenerationInput } from './apply-generation.ts';
import { applyReferredTo } from './apply-referred-to.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** Repeatable. It is removed as any generation is. */
export function applyStandIn(dependencies: ClusterDependencies, { generation, operation }: ApplyGenerationInput) {
  const assertInTime = fence();
  return withFailures(async () => {
    assertInTime();
    await dependencies.kubernetes.apply(renderAnchor(generation, operation));
    await applyReferredTo(dependencies, generation);
  });
}
