/** Marks on the anchor by which a change of a generation's objects is noticed. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations } from '../../core/names.ts';
import { markOf, objectLabel, type MarkedObject, type Marks } from '../../core/observation/drift.ts';
import { noteOnAnchor } from './anchor.ts';

/** The marks of objects as the API server has stored them. */
export function marksOf(stored: readonly MarkedObject[]): Marks {
  return Object.fromEntries(
    stored.flatMap((object) => {
      const mark = markOf(object);
      return mark === undefined ? [] : [[objectLabel(object), mark]];
    }),
  );
}

export async function noteMarks(kubernetes: KubernetesClient, generation: Generation, marks: Marks): Promise<void> {
  await noteOnAnchor(kubernetes, generation, { [annotations.applied]: JSON.stringify(marks) });
}
