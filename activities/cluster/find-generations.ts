/** Finds what runs under a job's name by the anchors in the cluster: the truth when a job's workflow knows nothing. */
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { FoundGeneration } from '../../core/adoption.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, flinkJobId, labels } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { readAnchor } from './read-anchor.ts';

/** A JobManager that hangs must not use up the attempt. */
const callMs = 5_000;

export interface FindGenerationsInput {
  readonly tenant: string;
  readonly name: string;
  readonly namespace: string;
}

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
  const generation = readAnchor(anchor);
  const notes = anchor.metadata.annotations ?? {};
  const { submission } = generation;
  const running = await runs(dependencies, generation);
  const leaving = anchor.metadata.deletionTimestamp !== undefined;
  const madeAt = anchor.metadata.creationTimestamp ?? '';
  const stopping = notes[annotations.stopping]?.startsWith(`${submission}/`) ?? false;
  const rescaling = notes[annotations.rescaling] !== undefined;
  const unused = notes[annotations.submission] === undefined;
  const known = {
    ...generation,
    leaving,
    stopping,
    madeAt,
    ...(rescaling && { rescaling }),
    ...(unused && { unused }),
  };
  return running === undefined ? known : { ...known, running };
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
