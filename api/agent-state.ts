/** Whether a cluster's agents are there: they say so every few seconds, and ask Temporal for work. */
import { isTemporalAway } from '../clients/temporal/errors.ts';
import {
  agentPresence,
  saysAll,
  unknownJobsFor,
  unseenMs,
  type AgentPresence,
  type UnknownJobs,
} from '../core/agents.ts';
import { runs, type JobView } from '../core/job.ts';
import type { Services } from './services.ts';

export interface AgentState {
  /** `unknown`: nothing was heard of one lately, and Temporal does not answer. */
  readonly state: 'connected' | 'gone' | 'unknown';
  readonly lastSeen?: string;
  /** How many are there; absent where they do not say so. */
  readonly count?: number;
  /** When one of them last observed the cluster's jobs. */
  readonly lastObserved?: string;
  /** What no workflow knows, when the cluster's jobs were compared last. */
  readonly unknownJobs?: { readonly count: number; readonly jobs: readonly string[]; readonly at: string };
}

/** The state now, or a second ago. @param tenant whose jobs the reader may know of; `*`: all. */
export async function agentState(services: Services, cluster: string, tenant: string): Promise<AgentState> {
  const { presence, isTemporalSilent } = await presenceOf(services, cluster);
  const { isThere, silentMs, unobservedMs, count, unknown } = presence;
  const isUnknown = !isThere && isTemporalSilent && count === undefined;
  return {
    state: isThere ? 'connected' : isUnknown ? 'unknown' : 'gone',
    ...(silentMs !== undefined && { lastSeen: before(silentMs) }),
    ...(count !== undefined && { count }),
    ...(unobservedMs !== undefined && { lastObserved: before(unobservedMs) }),
    ...(unknown && { unknownJobs: shown(unknownJobsFor(unknown, tenant)) }),
  };
}

function shown({ count, jobs, ageMs }: UnknownJobs): NonNullable<AgentState['unknownJobs']> {
  return { count, jobs, at: before(ageMs) };
}

/** The jobs as people see them: where nobody looks at one that runs, with the time at which somebody last did. */
export async function asLastSeen(services: Services, jobs: readonly JobView[]): Promise<JobView[]> {
  const clusters = [...new Set(jobs.filter(({ phase }) => runs(phase)).map(({ spec }) => spec.spec.cluster))];
  const seen = new Map(
    await Promise.all(clusters.map(async (name) => [name, (await presenceOf(services, name)).presence] as const)),
  );
  return jobs.map((job) => {
    const presence = runs(job.phase) ? seen.get(job.spec.spec.cluster) : undefined;
    const ms = presence && unseenMs(presence);
    return ms === undefined ? job : { ...job, lastSeen: before(ms) };
  });
}

async function presenceOf(
  { agentHeartbeats, agentPolls }: Services,
  cluster: string,
): Promise<{ readonly presence: AgentPresence; readonly isTemporalSilent: boolean }> {
  const traces = await agentHeartbeats.of(cluster);
  const polled = saysAll(traces) ? undefined : await lastPoll(agentPolls, cluster);
  const pollMs = polled instanceof Date ? { pollMs: Math.max(0, Date.now() - polled.getTime()) } : {};
  return { presence: agentPresence({ ...traces, ...pollMs }), isTemporalSilent: polled === 'unknown' };
}

async function lastPoll(polls: Services['agentPolls'], cluster: string): Promise<Date | undefined | 'unknown'> {
  try {
    return await polls.get(cluster);
  } catch (error) {
    if (isTemporalAway(error)) return 'unknown';
    throw error;
  }
}

function before(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}
