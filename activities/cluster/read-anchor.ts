/** The generation that an anchor says it is, as it is now: its newest submission, and from where that started. */
import { z } from 'zod';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { generationKey } from '../../core/manifests/anchor.ts';
import { annotations } from '../../core/names.ts';
import { flinkJobSchema } from '../../core/schema/flink-job.ts';
import { failed } from '../failures.ts';

const anchored = z.object({
  identity: z.object({ tenant: z.string(), name: z.string(), uid: z.string(), number: z.int() }),
  revision: z.int(),
  specHash: z.string(),
  spec: flinkJobSchema,
  submission: z.int(),
  restoreFrom: z.string().optional(),
  fixedVertices: z.array(z.string()).optional(),
  unsettledIn: z.int().optional(),
  candidate: z.literal(true).optional(),
});

/** @throws ANCHOR_UNREADABLE */
export function readAnchor(anchor: ObjectOf<'ConfigMap'>): Generation {
  const generation = parsed(anchor);
  const notes = anchor.metadata.annotations ?? {};
  const submission = Number(notes[annotations.submission] ?? generation.submission);
  return withRestorePoint({ ...generation, submission }, notes[annotations.restoreFrom]);
}

/** What is noted with the submission is newer than what the anchor was made with. */
function withRestorePoint(generation: Generation, noted: string | undefined): Generation {
  if (noted === undefined) return generation;
  const { restoreFrom: _older, ...rest } = generation;
  return noted === '' ? rest : { ...rest, restoreFrom: noted };
}

/** @throws ANCHOR_UNREADABLE: what cannot be understood is neither taken over nor removed. */
function parsed(anchor: ObjectOf<'ConfigMap'>): z.output<typeof anchored> {
  const { name, namespace } = anchor.metadata;
  try {
    return anchored.parse(JSON.parse(anchor.data?.[generationKey] ?? 'null'));
  } catch (error) {
    const said = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw failed({
      code: 'ANCHOR_UNREADABLE',
      message: `ConfigMap ${namespace}/${name} carries the labels of this job, and what it says is not understood.`,
      cure: `Use the Drey that made it, or delete it with \`kubectl delete configmap -n ${namespace} ${name}\`: its pods go with it. Then ask again.`,
      evidence: said,
    });
  }
}
