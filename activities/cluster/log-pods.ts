/** Which pods of a job have the log that somebody asked for, the one to follow first. */
import { labels } from '../../core/names.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';

type Pod = ObjectOf<'Pod'>;

export interface PodsWanted {
  readonly tenant: string;
  readonly job: string;
  readonly component: 'jobmanager' | 'taskmanager';
  /** Only this one, whichever component it is of. */
  readonly pod?: string;
}

/** Selects the pods that come into question. */
export function logPodSelector({ tenant, job, component, pod }: PodsWanted): string {
  const components = pod === undefined ? component : 'jobmanager,taskmanager';
  return `${labels.tenant}=${tenant},${labels.job}=${job},${labels.component} in (${components})`;
}

/** Those that are wanted, the best to follow first: one that runs and stays, then what has run; the newest of them. */
export function inOrderOfInterest(pods: readonly Pod[], { pod }: PodsWanted): Pod[] {
  const wanted = pods.filter(({ metadata }) => pod === undefined || metadata.name === pod);
  return wanted.toSorted((a, b) => interest(b) - interest(a) || created(b) - created(a) || byName(a, b));
}

/** Why there is nothing to send. */
export function noLogPod({ job, component, pod }: PodsWanted, present: readonly Pod[]): string {
  if (pod === undefined) return `There is no ${component} pod of ${job} now.`;
  const names = present.toSorted(byName).map(({ metadata }) => metadata.name);
  return `There is no pod ${pod} of ${job} now; there are: ${names.join(', ') || 'none'}.`;
}

/** By name, as people look for them. */
export function byName(a: Pod, b: Pod): number {
  return a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true });
}

function interest({ metadata, status }: Pod): number {
  // A pod that waits for its place or its image has no log yet.
  if (status?.phase === undefined || status.phase === 'Pending') return 0;
  return status.phase === 'Running' && metadata.deletionTimestamp === undefined ? 2 : 1;
}

function created({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
