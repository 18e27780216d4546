/** Finds what runs under a job's name by the anchors in the cluster: the truth when a job's workflow knows nothing. */
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { FoundGeneration } from '../../core/adoption.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, flinkJobId, generationName, labels } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { readAnchor } from './read-anchor.ts';

/** A JobManager that hangs must not use up the attempt. */
const callMs = 5_000;

export interface FindGenerationsInput {
  readonly tenant: string;
  readonly name: string;
  readonly namespace: string;
  /** What the job's own control plane calls the cluster; absent: generations of every name of it are its own. */
  readonly cluster?: string;
  /** Whether what another control plane has made under this name is in the way: else it is passed over. */
  readonly mustBeAlone?: boolean;
}

/**
 * Every generation of the job in the namespace, with whether its recorded submission runs.
 * @throws NAME_TAKEN when a control plane that calls this cluster by another name has a job of this name here
 */
export function findGenerations(
  dependencies: ClusterDependencies,
  { tenant, name, namespace, cluster, mustBeAlone }: FindGenerationsInput,
): Promise<{ found: FoundGeneration[]; detail: string }> {
  return withFailures(async () => {
    const labelSelector = `${labels.tenant}=${tenant},${labels.job}=${name},${labels.component}=anchor`;
    const anchors = await dependencies.kubernetes.list('ConfigMap', namespace, { labelSelector });
    const read = anchors.map((anchor) => ({ anchor, generation: readAnchor(anchor) }));
    const other = read.find(({ generation }) => !isOf(generation, cluster));
    if (other && mustBeAlone) throw failed(takenElsewhere(other.generation));
    const own = read.filter(({ generation }) => isOf(generation, cluster));
    const found = await Promise.all(own.map((one) => inspect(dependencies, one)));
    return { found, detail: found.length === 0 ? 'nothing' : found.map(told).join('; ') };
  });
}

function isOf({ spec }: Generation, cluster: string | undefined): boolean {
  return cluster === undefined || spec.spec.cluster === cluster;
}

/** To stop it would end a job that somebody else looks after; beside it, both would move one Service. */
function takenElsewhere({ identity, spec }: Generation): Failure {
  const { cluster, namespace } = spec.spec;
  const anchor = generationName(identity);
  return {
    code: 'NAME_TAKEN',
    message: `ConfigMap ${namespace}/${anchor} is of a job of this name in cluster ${cluster}: another Drey works in this Kubernetes cluster.`,
    cure: `Give the job another name or namespace. Where no Drey knows a cluster ${cluster} any more, stop that job and delete the ConfigMap: its pods go with it.`,
  };
}

async function inspect(
  dependencies: ClusterDependencies,
  { anchor, generation }: { readonly anchor: ObjectOf<'ConfigMap'>; readonly generation: Generation },
): Promise<FoundGeneration> {
  const notes = anchor.metadata.annotations ?? {};
  const { submission } = generation;
  const running = await runs(dependencies, generation);
  const leaving = anchor.metadata.deletionTimestamp !== undefined;
  const madeAt = anchor.metadata.creationTimestamp ?? '';
  const stopping = notes[annotations.stopping]?.startsWith(`${submission}/`) ?? false;
  const rescaling = notes[annotations.rescaling] !== undefined;
  const unused = notes[annotations.submission] === undefined;
  const checkpointed = notes[annotations.checkpointed] === String(submission);
  const since = Date.parse(notes[annotations.ranSince] ?? '');
  const hasRun = notes[annotations.ran] === String(submission) && !Number.isNaN(since);
  const known = {
    ...generation,
    ...(hasRun && { ran: { submission, sinceMs: since } }),
    leaving,
    stopping,
    madeAt,
    ...(rescaling && { rescaling }),
    ...(unused && { unused }),
    ...(checkpointed && { checkpointed }),
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
