/** Finds what runs under a job's name by the anchors in the cluster: the truth when a job's workflow knows nothing. */
import { z } from 'zod';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { FoundGeneration } from '../../core/adoption.ts';
import type { Generation } from '../../core/generation.ts';
import { generationKey } from '../../core/manifests/anchor.ts';
import { annotations, flinkJobId, labels } from '../../core/names.ts';
import { flinkJobSchema } from '../../core/schema/flink-job.ts';
import { failed, withFailures } from '../failures.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** A JobManager that hangs must not use up the attempt. */
const callMs = 5_000;

export interface FindGenerationsInput {
  readonly tenant: string;
  readonly name: string;
  readonly namespace: string;
}

const anchored = z.object({
  identity: z.object({ tenant: z.string(), name: z.string(), uid: z.string(), number: z.int() }),
  revision: z.int(),
  specHash: z.string(),
  spec: flinkJobSchema,
  submission: z.int(),
  restoreFrom: z.string().optional(),
  fixedVertices: z.array(z.string()).optional(),
  candidate: z.literal(true).optional(),
});

/** Every generation of the job in the namespace, with whether its recorded submission runs. */
export function findGenerations(
  dependencies: ClusterDependencies,
  { tenant, name, namespace }: FindGenerationsInput,
): Promise<{ found: FoundGeneration[]; detail: string }> {
  return withFailures(async () => {
    const labelSelector = `${labels.tenant}=${tenant},${labels.job}=${name},${labels.component}=anchor`;
    const anchors = await dependencies.kubernetes.list('ConfigMap', namespace, { labelSelector });
    const found = await Promise.all(anchors.map((anchor) => inspect(dependencies, anchor)));
    return { found, detail: found.length === 0 ? 'nothing' : found.map(told).join('; ') };
  });
}

async function inspect(dependencies: ClusterDependencies, anchor: ObjectOf<'ConfigMap'>): Promise<FoundGeneration> {
  const parsed = readAnchor(anchor);
  const notes = anchor.metadata.annotations ?? {};
  const submission = Number(notes[annotations.submission] ?? parsed.submission);
  const generation = withRestorePoint({ ...parsed, submission }, notes[annotations.restoreFrom]);
  const running = await runs(dependencies, generation);
  const leaving = anchor.metadata.deletionTimestamp !== undefined;
  const madeAt = anchor.metadata.creationTimestamp ?? '';
  const stopping = notes[annotations.stopping]?.startsWith(`${submission}/`) ?? false;
  const rescaling = notes[annotations.rescaling] !== undefined;
  const known = { ...generation, leaving, stopping, madeAt, ...(rescaling && { rescaling }) };
  return running === undefined ? known : { ...known, running };
}

/** What is noted with the submission is newer than what the anchor was made with. */
function withRestorePoint(generation: Generation, noted: string | undefined): Generation {
  if (noted === undefined) return generation;
  const { restoreFrom: _older, ...rest } = generation;
  return noted === '' ? rest : { ...rest, restoreFrom: noted };
}

/** @throws ANCHOR_UNREADABLE: what cannot be understood is neither taken over nor removed. */
function readAnchor(anchor: ObjectOf<'ConfigMap'>): z.output<typeof anchored> {
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

async function runs(dependencies: ClusterDependencies, generation: Generation): Promise<boolean | undefined> {
  const id = flinkJobId(generation.identity, generation.submission);
  try {
    const jobs = await dependencies.flink(generation).jobs({ timeoutMs: callMs });
    return jobs.some((job) => job.id === id && job.endedAtMs === undefined);
  } catch (error) {
    if (error instanceof FlinkUnreachable || error instanceof FlinkRestError) return undefined;
    throw error;
  }
}

function told({ identity, running }: FoundGeneration): string {
  const state = running === undefined ? 'its JobManager is silent' : running ? 'its job runs' : 'no job runs';
  return `generation ${identity.uid}-${identity.number}: ${state}`;
}
