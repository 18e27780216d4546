/**
 * Compares the jobs that Temporal knows with those that Kubernetes has: at the start, and hourly. A job whose objects are gone is told
 * so, and brings itself back; objects that no workflow knows are reported and left alone: they may have been left on purpose.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { jobWorkflowId, labels, managerName } from '../../core/names.ts';
import {
  compareJobs,
  foundJobs,
  type AnchorSeen,
  type JobsCompared,
  type JobsKnown,
} from '../../core/observation/census.ts';
import type { ObjectsGoneSignal } from '../../core/observation/signal.ts';
import { readAnchor } from '../cluster/read-anchor.ts';

export interface CensusPorts {
  /** The workflows of the cluster's jobs, and which of these jobs are said to run. */
  jobWorkflows(cluster: string): Promise<JobsKnown>;
  /** What a job says it runs; undefined where it runs nothing. */
  runningNow(workflowId: string): Promise<ObjectsGoneSignal | undefined>;
  /** Tells a job that nothing of that is there. */
  tellGone(workflowId: string, gone: ObjectsGoneSignal): Promise<void>;
  /** Reports jobs that no workflow knows. */
  unknown(jobs: readonly string[]): void;
  /** Whoever compared them in this process does so no more: what was reported may not be so any longer. */
  noneCompared(): void;
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
const betweenLooksMs = 30_000;

/** When it is taken again where something could not be asked or told: twice as long each time. Temporal or a worker may be away for a while. */
const againMs = 60_000;

/** More names help nobody, and heartbeats stay small. */
const namesMax = 20;

/** What was found, and whether all could be asked and told. */
export interface CensusTaken {
  /** Absent where nothing could be compared. */
  readonly census?: Census;
  readonly isWhole: boolean;
}

/** Takes it again and again until it is whole, or the signal comes. @param taken is told what each has found. */
export async function takeWholeCensus(
  take: () => Promise<CensusTaken>,
  taken: (census: Census) => void,
  signal: AbortSignal,
  firstAgainMs = againMs,
): Promise<void> {
  for (let waitMs = firstAgainMs; !signal.aborted; waitMs *= 2) {
    const { census, isWhole } = await take();
    if (census) taken(census);
    if (isWhole) return;
    await pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Takes it once. */
export async function takeCensus(
  kubernetes: KubernetesClient,
  reporting: CensusPorts,
  cluster: string,
  signal: AbortSignal,
  betweenMs = betweenLooksMs,
): Promise<CensusTaken> {
  let isWhole = true;
  const failed: CensusPorts['failed'] = (...what) => {
    isWhole = false;
    if (!signal.aborted) reporting.failed(...what);
  };
  const ports = { ...reporting, failed };
  try {
    const census = await compareTwice(kubernetes, ports, cluster, { signal, betweenMs });
    return { census, isWhole };
  } catch (error) {
    failed(error, 'comparing the jobs of Temporal and Kubernetes');
    return { isWhole };
  }
}

async function compareTwice(
  kubernetes: KubernetesClient,
  ports: CensusPorts,
  cluster: string,
  { signal, betweenMs }: { readonly signal: AbortSignal; readonly betweenMs: number },
): Promise<Census> {
  const first = await compared(kubernetes, ports, cluster, signal);
  // Asked before the second look: what that does not find is what the job ran then, and nothing that it has made since.
  const ran = await saidToRun(ports, first);
  await pause(betweenMs, undefined, { signal });
  const second = await compared(kubernetes, ports, cluster, signal);
  const unknown = second.unknown.filter((id) => first.unknown.includes(id));
  const gone = second.gone.filter((id) => ran.has(id));
  ports.unknown(unknown);
  for (const id of gone) await tellGone(ports, id, ran.get(id));
  return { unknownJobs: unknown.slice(0, namesMax), goneJobs: gone.slice(0, namesMax) };
}

/** One that gives no answer is asked by the next comparison. */
async function saidToRun(ports: CensusPorts, { gone }: JobsCompared): Promise<Map<string, ObjectsGoneSignal>> {
  const ran = new Map<string, ObjectsGoneSignal>();
  for (const id of gone) {
    const running = await ports.runningNow(id).catch((error: unknown) => ports.failed(error, `asking ${id}`));
    if (running) ran.set(id, running);
  }
  return ran;
}

async function tellGone(ports: CensusPorts, id: string, gone: ObjectsGoneSignal | undefined): Promise<void> {
  if (gone) await ports.tellGone(id, gone).catch((error: unknown) => ports.failed(error, `telling ${id}`));
}

/** Workflows are listed first: what is made meanwhile has objects by then. */
async function compared(
  kubernetes: KubernetesClient,
  ports: CensusPorts,
  cluster: string,
  signal: AbortSignal,
): Promise<JobsCompared> {
  const known = await ports.jobWorkflows(cluster);
  const labelSelector = `${labels.managedBy}=${managerName},${labels.component}=anchor`;
  const anchors = await kubernetes.list('ConfigMap', '', { labelSelector }, { signal });
  return compareJobs({ ...known, ...foundJobs(anchors.flatMap(seen), cluster) });
}

function seen(anchor: ObjectOf<'ConfigMap'>): AnchorSeen[] {
  const { [labels.tenant]: tenant, [labels.job]: name } = anchor.metadata.labels ?? {};
  if (!tenant || !name) return [];
  const generation = understood(anchor);
  const isCandidate = generation?.candidate ?? false;
  return [{ job: jobWorkflowId({ tenant, name }), isCandidate, ...(generation && clusterOf(generation)) }];
}

function clusterOf({ spec }: Generation): Pick<AnchorSeen, 'cluster'> {
  return { cluster: spec.spec.cluster };
}

function understood(anchor: ObjectOf<'ConfigMap'>): Generation | undefined {
  try {
    return readAnchor(anchor);
  } catch {
    return undefined;
  }
}
