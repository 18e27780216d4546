/** What agents see of jobs: the newest of each job is kept. */
import type { JobFact } from '../../core/observation/job-seen.ts';
import type { Postgres } from './connect.ts';
import { toJson } from './json.ts';

/**
 * Keeps what is newer than what is there, of jobs that run on this cluster. Where a JobManager is silent from the agent's start on, what it told
 * of its checkpoints before stays, of that submission. What removes a job at this moment waits for this, or this for that: else the row of a
 * job that was there a moment ago would stay behind. @returns how many were newer.
 */
export async function writeSeen(postgres: Postgres, cluster: string, facts: readonly JobFact[]): Promise<number> {
  const { rowCount } = await postgres.query(
    `with brought as (
       select distinct on (uid) *
       from unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::jsonb[])
         as fact (uid, submission, attempt_ms, seq, seen)
       order by uid, submission desc, attempt_ms desc, seq desc
     )
     insert into job_seen as kept (uid, submission, attempt_ms, seq, seen)
     select brought.* from brought join jobs using (uid)
     where jobs.cluster = $1 and jobs.phase <> 'REMOVED'
     order by uid
     for share of jobs
     on conflict (uid) do update set
       submission = excluded.submission, attempt_ms = excluded.attempt_ms, seq = excluded.seq,
       seen = case when excluded.seen ? 'checkpoints' or not kept.seen ? 'checkpoints' or kept.submission <> excluded.submission
                   then excluded.seen
                   else excluded.seen || jsonb_build_object('checkpoints', kept.seen -> 'checkpoints') end
     where (kept.submission, kept.attempt_ms, kept.seq) < (excluded.submission, excluded.attempt_ms, excluded.seq)`,
    [
      cluster,
      facts.map(({ uid }) => uid),
      facts.map(({ submission }) => submission),
      facts.map(({ attemptMs }) => attemptMs),
      facts.map(({ seq }) => seq),
      facts.map(({ seen }) => toJson(seen)),
    ],
  );
  return rowCount ?? 0;
}
