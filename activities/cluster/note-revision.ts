/** Notes on a running generation which revision it runs, once an operation has made it so in place. */
import { renderConfigMap } from '../../core/manifests/config-map.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { annotations } from '../../core/names.ts';
import { readMarks } from '../../core/observation/drift.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import { noteOnAnchor } from './anchor.ts';
import type { ApplyGenerationInput } from './apply-generation.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { marksOf, noteMarks } from './marks.ts';

/** Pods read the configuration when they start: those that run are left alone. */
export function noteRevision({ kubernetes }: ClusterDependencies, { generation, operation }: ApplyGenerationInput) {
  const assertInTime = fence();
  return withFailures(async () => {
    assertInTime();
    const anchor = await kubernetes.apply(renderAnchor(generation, operation));
    const configMap = await kubernetes.apply(renderConfigMap({ generation, anchorUid: anchor.metadata.uid }));
    const marks = readMarks(anchor.metadata.annotations?.[annotations.applied]);
    await noteMarks(kubernetes, generation, { ...marks, ...marksOf([configMap]) });
    // Last: from here on, the job is what its anchor says.
    await noteOnAnchor(kubernetes, generation, { [annotations.rescaling]: null });
    return { detail: `revision ${generation.revision}` };
  });
}
