/** Reads jobs as people see them. */
import type { JobPhase, JobView } from '../../core/job.ts';
import type { JobSeen } from '../../core/observation/job-seen.ts';
import { completed } from '../../core/spec/completed.ts';
import type { Postgres } from './connect.ts';

/** Which jobs to list; absent fields select all. Removed jobs are listed only when their phase is asked for. */
export interface JobFilter {
  readonly tenant: string;
  readonly phases?: readonly JobPhase[];
  readonly cluster?: string;
  readonly namespace?: string;
  readonly namePrefix?: string;
  /** All of these labels with these values. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where a page ended; the next begins behind it. */
export interface JobPosition {
  readonly name: string;
  readonly uid: string;
}

export interface Page<T, P> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: P;
}

/** Of the jobs of one name, the one that is meant. */
export interface JobAddress {
  readonly tenant: string;
  readonly name: string;
  /** Absent: the newest one. */
  readonly uid?: string | undefined;
}

/** The job, which may be a removed one. */
export async function findJob(postgres: Postgres, { tenant, name, uid }: JobAddress): Promise<JobView | undefined> {
  const { rows } = await postgres.query<JobRow>(
    `select view, ${seenSql} from jobs left join job_seen using (uid)
     where tenant = $1 and name = $2 and ($3::text is null or uid = $3)
     order by created_at desc, uid desc
     limit 1`,
    [tenant, name, uid ?? null],
  );
  return rows[0] && completedView(rows[0]);
}

interface JobRow {
  readonly view: JobView;
  readonly seen: JobSeen | null;
}

/** The state of a removed job has gone with it, or may. */
const seenSql = `case when phase <> 'REMOVED' then seen end as seen`;

/** A view that an earlier release wrote lacks what specs have gained since. */
function completedView({ view, seen }: JobRow): JobView {
  return { ...view, spec: completed(view.spec), ...(seen && { seen }) };
}

/** One page of a tenant's jobs, ordered by name. */
export async function listJobs(
  postgres: Postgres,
  filter: JobFilter,
  limit: number,
  after?: JobPosition,
): Promise<Page<JobView, JobPosition>> {
  // A job whose entity was lost stays as it last was; the job made under its name since then stands for both.
  const { rows } = await postgres.query<JobRow & JobPosition>(
    `select view, name, uid, ${seenSql} from jobs left join job_seen using (uid)
     where tenant = $1
       and (case when $2::text[] is null then phase <> 'REMOVED' else phase = any ($2) end)
       and ($3::text is null or cluster = $3)
       and ($4::text is null or namespace = $4)
       and ($5::text is null or starts_with(name, $5))
       and labels @> $6::jsonb
       and ($7::text is null or (name, uid) > ($7, $8))
       and (phase = 'REMOVED' or not exists (
         select 1 from jobs newer
         where newer.tenant = jobs.tenant and newer.name = jobs.name and newer.created_at > jobs.created_at
       ))
     order by name, uid
     limit $9`,
    [
      filter.tenant,
      filter.phases ?? null,
      filter.cluster ?? null,
      filter.namespace ?? null,
      filter.namePrefix ?? null,
      JSON.stringify(filter.labels ?? {}),
      after?.name ?? null,
      after?.uid ?? null,
      limit + 1,
    ],
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last ? { next: { name: last.name, uid: last.uid } } : {};
  return { items: items.map(completedView), ...more };
}
