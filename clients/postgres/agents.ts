/** What is kept of agents: when each was heard of last. Times are this server's, so no two processes' clocks are compared. */
import type { AgentHeard, Heartbeat } from '../../core/agents.ts';
import type { Postgres } from './connect.ts';

/** Notes that an agent has said that it is there, and forgets those of its cluster that said nothing for an hour. */
export async function noteHeartbeat(
  postgres: Postgres,
  cluster: string,
  { agent, observes }: Heartbeat,
): Promise<void> {
  await postgres.query(
    `with forgotten as (
       delete from agents where cluster = $1 and name <> $2 and seen_at < now() - interval '1 hour'
     )
     insert into agents (cluster, name, seen_at, observed_at) values ($1, $2, now(), case when $3::boolean then now() end)
     on conflict (cluster, name) do update
       set seen_at = excluded.seen_at, observed_at = coalesce(excluded.observed_at, agents.observed_at)`,
    [cluster, agent, observes],
  );
}

/** Every agent that is kept of a cluster. */
export async function heardAgents(postgres: Postgres, cluster: string): Promise<AgentHeard[]> {
  const { rows } = await postgres.query<{ agent: string; silentMs: number; unobservedMs: number | null }>(
    `select name as agent, ${msSince('seen_at')} as "silentMs", ${msSince('observed_at')} as "unobservedMs"
     from agents where cluster = $1 order by name`,
    [cluster],
  );
  return rows.map(({ agent, silentMs, unobservedMs }) => ({
    agent,
    silentMs,
    ...(unobservedMs !== null && { unobservedMs }),
  }));
}

function msSince(column: string): string {
  return `(extract(epoch from clock_timestamp() - ${column}) * 1000)::float8`;
}
