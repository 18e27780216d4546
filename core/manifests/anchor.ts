/** The anchor: the one object that owns all others of a generation, and says what the generation is. */
import type { Generation } from '../generation.ts';
import { annotations, generationNames, labels } from '../names.ts';
import { labelsOf } from './generation-input.ts';
import type { ConfigMap } from './kubernetes.ts';

/** The key of the anchor's data under which the whole generation is kept, as JSON: whoever finds it can take it over. */
export const generationKey = 'generation.json';

/** What the anchor says of a submission before it is made: whoever finds the anchor knows the job's id, and its beginning. */
export function submissionNotes({ submission, restoreFrom }: Generation): Record<string, string> {
  return { [annotations.submission]: String(submission), [annotations.restoreFrom]: restoreFrom ?? '' };
}

/**
 * Applied first, since the others need the uid under which it is stored.
 * @param submits whether its objects submit the job: an application's JobManager does as it starts.
 */
export function renderAnchor(
  generation: Generation,
  operation: number | undefined,
  submits = generation.spec.spec.mode === 'application',
): ConfigMap {
  const { identity, spec, revision, specHash, submission, restoreFrom, fixedVertices, unsettledIn, candidate } =
    generation;
  const kept: Generation = {
    identity,
    revision,
    specHash,
    spec,
    submission,
    ...(restoreFrom && { restoreFrom }),
    ...(fixedVertices && { fixedVertices }),
    ...(unsettledIn !== undefined && { unsettledIn }),
    ...(candidate && { candidate }),
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: generationNames(identity).anchor,
      namespace: spec.spec.namespace,
      labels: { ...labelsOf(spec, identity), [labels.component]: 'anchor' },
      annotations: {
        [annotations.revision]: String(revision),
        [annotations.specHash]: specHash,
        ...(operation !== undefined && { [annotations.operation]: String(operation) }),
        // Where the operation submits the job, it writes this then, which may be long after.
        ...(submits && submissionNotes(generation)),
      },
    },
    data: { [generationKey]: JSON.stringify(kept) },
  };
}
