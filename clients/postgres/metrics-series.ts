/** The series that jobs have: each has a number, by which its values are kept. */
import type { PoolClient } from 'pg';
import type { SamplesOfSeries } from '../../core/metrics/sample.ts';
import type { Postgres } from './connect.ts';

/** A job with 500 vertices and 20 metrics of each has so many; one that makes up names must not fill the table. */
export const seriesOfJobMax = 10_000;

const hourMs = 60 * 60_000;

export interface StoredSeries {
  /** '' for the job as a whole. */
  readonly vertex: string;
  /** What Flink calls the vertex, where it was told. */
  readonly vertexName?: string;
  readonly metric: string;
  /** When something of it was last written, to the hour. */
  readonly seenAt: string;
}

/** Where a page ended. */
export type SeriesPosition = Pick<StoredSeries, 'vertex' | 'metric'>;

/** A job's series, those of the job as a whole first; `after` is the one that the page before ended with. */
export async function listSeries(
  postgres: Postgres,
  uid: string,
  limit: number,
  after?: SeriesPosition,
): Promise<StoredSeries[]> {
  const { rows } = await postgres.query<SeriesPosition & { vertexName: string | null; seenAt: Date }>(
    `select vertex, vertex_name as "vertexName", metric, seen_at as "seenAt" from metric_series
     where uid = $1 and ($2::text is null or (vertex, metric) > ($2, $3::text))
     order by vertex, metric
     limit $4`,
    [uid, after?.vertex ?? null, after?.metric ?? null, limit],
  );
  return rows.map(({ seenAt, vertexName, ...row }) => ({
    ...row,
    ...(vertexName !== null && { vertexName }),
    seenAt: seenAt.toISOString(),
  }));
}

type Wanted = readonly Omit<SamplesOfSeries, 'points'>[];

/** Why a series has no number. */
export type Unresolved = 'unknown' | 'crowded';

/**
 * The number of each series, in the order given; new ones are made. `unknown`: its job is not known, or not on this cluster;
 * `crowded`: its job has too many series.
 */
export async function resolveSeries(
  client: PoolClient,
  cluster: string,
  wanted: Wanted,
  nowMs: number,
): Promise<(number | Unresolved)[]> {
  const names = [wanted.map(({ uid }) => uid), wanted.map(({ vertex }) => vertex), wanted.map(({ metric }) => metric)];
  const seenAt = new Date(Math.floor(nowMs / hourMs) * hourMs);
  const called = wanted.map(({ vertexName }) => vertexName ?? null);
  await client.query(addSql, [...names, cluster, seenAt, seriesOfJobMax, called]);
  await client.query(touchSql, [...names, seenAt, called]);
  const { rows } = await client.query<{ index: number; id: number | null }>(findSql, [...names, cluster]);
  const resolved: (number | Unresolved)[] = wanted.map(() => 'unknown');
  for (const { index, id } of rows) resolved[index] = id ?? 'crowded';
  return resolved;
}

const wantedSql = 'unnest($1::text[], $2::text[], $3::text[])';

/** Each row is inserted only if it is missing: an upsert would use up a number for every row that is there. */
const addSql = `
  with missing as (
    select distinct on (uid, vertex, metric) uid, vertex, metric, called
    from unnest($1::text[], $2::text[], $3::text[], $7::text[]) as wanted (uid, vertex, metric, called) join jobs using (uid)
    where jobs.cluster = $4
      and not exists (select 1 from metric_series one
                      where (one.uid, one.vertex, one.metric) = (wanted.uid, wanted.vertex, wanted.metric))
  ), counted as (
    select uid, count(*) as there from metric_series where uid in (select uid from missing) group by uid
  ), numbered as (
    select missing.*, coalesce(there, 0) + row_number() over (partition by uid order by vertex, metric) as place
    from missing left join counted using (uid)
  )
  insert into metric_series (uid, vertex, vertex_name, metric, seen_at)
  select uid, vertex, called, metric, $5 from numbered where place <= $6 order by uid, vertex, metric
  on conflict do nothing`;

/** Says once an hour that a series is alive, and what its vertex is called by now. */
const touchSql = `
  with stale as (
    select id, called
    from unnest($1::text[], $2::text[], $3::text[], $5::text[]) as wanted (uid, vertex, metric, called)
      join metric_series using (uid, vertex, metric)
    where seen_at < $4 order by id for no key update of metric_series
  )
  update metric_series set seen_at = $4, vertex_name = coalesce(called, vertex_name) from stale where metric_series.id = stale.id`;

const findSql = `
  select (place - 1)::integer as index, metric_series.id
  from ${wantedSql} with ordinality as wanted (uid, vertex, metric, place)
  join jobs on jobs.uid = wanted.uid and jobs.cluster = $4
  left join metric_series on (metric_series.uid, metric_series.vertex, metric_series.metric)
                           = (wanted.uid, wanted.vertex, wanted.metric)`;
