/**
 * Compares the jobs that Temporal knows with those that Kubernetes has: at the start, and hourly. A job whose objects are gone is told
 * so, and brings itself back; objects that no workflow knows are reported and left alone: they may have been left on purpose.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { jobWorkflowId, labels, managerName } from '../../core/names.ts';
import { compareJobs, type JobsFound } from '../../core/observation/census.ts';

export interface CensusPorts {
  /** The workflows of the cluster's jobs, and which of these jobs are said to run. */
  jobWorkflows(cluster: string): Promise<Omit<JobsFound, 'anchored'>>;
  /** Tells a job that nothing of it is there. */
  tellGone(workflowId: string): Promise<void>;
  /** Reports jobs that no workflow knows. */
  unknown(jobs: readonly string[]): void;
  failed(error: unknown, what: string): void;
}

/** What was found, for the Temporal UI. */
export interface Census {
  /** Jobs that Kubernetes has and no workflow knows: the first few. */
  readonly unknownJobs: readonly string[];
  /** Jobs that run as far as their workflows know, and have no objects: the first few. */
  readonly goneJobs: readonly string[];
}

/** An operation may change a job between two looks: only what both of them find counts. */
const betweenMs = 30_000;

/** More names help nobody, and heartbeats stay small. */
const namesMax = 20;

/** Undefined where it could not be taken: the next listing takes it again. */
export async function takeCensus(
  kubernetes: KubernetesClient,
  ports: CensusPorts,
  cluster: string,
  signal: AbortSignal,
): Promise<Census | undefined> {
  try {
    const first = await compared(kubernetes, ports, cluster, signal);
    await pause(betweenMs, undefined, { signal });
    const second = await compared(kubernetes, ports, cluster, signal);
    const unknown = second.unknown.filter((id) => first.unknown.includes(id));
    const gone = second.gone.filter((id) => first.gone.includes(id));
    ports.unknown(unknown);
    for (const id of gone) await ports.tellGone(id);
    return { unknownJobs: unknown.slice(0, namesMax), goneJobs: gone.slice(0, namesMax) };
  } catch (error) {
    if (!signal.aborted) ports.failed(error, 'comparing the jobs of Temporal and Kubernetes');
    return undefined;
  }
}

/** Workflows are listed first: what is made meanwhile has objects by then. */
async function compared(kubernetes: KubernetesClient, ports: CensusPorts, cluster: string, signal: AbortSignal) {
  const known = await ports.jobWorkflows(cluster);
  const labelSelector = `${labels.managedBy}=${managerName},${labels.component}=anchor`;
  const anchors = await kubernetes.list('ConfigMap', '', { labelSelector }, { signal });
  const anchored = anchors.flatMap(({ metadata }) => {
    const { [labels.tenant]: tenant, [labels.job]: name } = metadata.labels ?? {};
    return tenant && name ? [jobWorkflowId({ tenant, name })] : [];
  });
  return compareJobs({ ...known, anchored: new Set(anchored) });
}
