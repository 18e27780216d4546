/** What is kept of agents: when each was heard of last. Times are this server's, so no two processes' clocks are compared. */
import type { AgentHeard, Heartbeat, UnknownJobs } from '../../core/agents.ts';
import type { Postgres } from './connect.ts';

/** Notes that an agent has said that it is there, and forgets those of its cluster that said nothing for an hour. */
export async function noteHeartbeat(
  postgres: Postgres,
  cluster: string,
  { agent, observes, unknown }: Heartbeat,
): Promise<void> {
  await postgres.query(
    `with forgotten as (
       delete from agents where cluster = $1 and name <> $2 and seen_at < now() - interval '1 hour'
     )
     insert into agents (cluster, name, seen_at, observed_at, compared_at, unknown_jobs)
     values ($1, $2, now(), case when $3::boolean then now() end, now() - $4::float8 * interval '1 ms', $5::jsonb)
     on conflict (cluster, name) do update
       set seen_at = excluded.seen_at, observed_at = coalesce(excluded.observed_at, agents.observed_at),
         compared_at = excluded.compared_at, unknown_jobs = excluded.unknown_jobs`,
    [cluster, agent, observes, unknown?.ageMs ?? null, unknown ? JSON.stringify(foundOf(unknown)) : null],
  );
}

type FoundJobs = Omit<UnknownJobs, 'ageMs'>;

function foundOf({ count, jobs }: UnknownJobs): FoundJobs {
  return { count, jobs };
}

interface AgentQueryRow {
  readonly agent: string;
  readonly silentMs: number;
  readonly unobservedMs: number | null;
  readonly comparedMs: number | null;
  readonly unknown: FoundJobs | null;
}

/** Every agent that is kept of a cluster. */
export async function heardAgents(postgres: Postgres, cluster: string): Promise<AgentHeard[]> {
  const { rows } = await postgres.query<AgentQueryRow>(
    `select name as agent, ${msSince('seen_at')} as "silentMs", ${msSince('observed_at')} as "unobservedMs",
       ${msSince('compared_at')} as "comparedMs", unknown_jobs as unknown
     from agents where cluster = $1 order by name`,
    [cluster],
  );
  return rows.map(({ agent, silentMs, unobservedMs, comparedMs, unknown }) => ({
    agent,
    silentMs,
    ...(unobservedMs !== null && { unobservedMs }),
    ...(unknown && comparedMs !== null && { unknown: { ...unknown, ageMs: comparedMs } }),
  }));
}

function msSince(column: string): string {
  return `(extract(epoch from clock_timestamp() - ${column}) * 1000)::float8`;
}
