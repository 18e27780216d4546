/** The series that jobs have: each has a number, by which its values are kept. */
import type { PoolClient } from 'pg';
import type { SamplesOfSeries } from '../../core/metrics/sample.ts';
import type { Postgres } from './connect.ts';

/** So many may be alive. A job with 500 vertices and 20 metrics of each has as many; one that makes up names must not fill the table. */
export const seriesOfJobMax = 10_000;

/** So many are kept: a program that changes gives most of its vertices new ids each time. */
export const seriesKeptMax = 100_000;

const hourMs = 60 * 60_000;

/** What is written is noted once an hour: what is alive was seen in this hour or the one before. */
const aliveMs = hourMs;

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
 * The number of each series, in the order given; new ones are made, and those that were seen longest ago are forgotten for them where too many
 * are kept. `unknown`: its job is not known, or not on this cluster; `crowded`: too many series of its job are alive.
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
  const aliveFrom = new Date(seenAt.getTime() - aliveMs);
  const bounds = [seriesOfJobMax, aliveFrom, seriesKeptMax];
  await client.query(addSql, [...names, cluster, seenAt, called, ...bounds]);
  await client.query(touchSql, [...names, seenAt, called]);
  const { rows } = await client.query<{ index: number; id: number | null }>(findSql, [...names, cluster]);
  const resolved: (number | Unresolved)[] = wanted.map(() => 'unknown');
  for (const { index, id } of rows) resolved[index] = id ?? 'crowded';
  return resolved;
}

const wantedSql = 'unnest($1::text[], $2::text[], $3::text[])';

/**
 * Each row is inserted only if it is missing: an upsert would use up a number for every row that is there. Where the job has as many as are
 * kept, as many go as may be alive, and those that have not been seen for longest: so that this is seldom done.
 */
const addSql = `
  with missing as (
    select distinct on (uid, vertex, metric) uid, vertex, metric, called
    from unnest($1::text[], $2::text[], $3::text[], $6::text[]) as wanted (uid, vertex, metric, called) join jobs using (uid)
    where jobs.cluster = $4
      and not exists (select 1 from metric_series one
                      where (one.uid, one.vertex, one.metric) = (wanted.uid, wanted.vertex, wanted.metric))
  ), counted as (
    select uid, count(*) as kept, count(*) filter (where seen_at >= $8) as alive
    from metric_series where uid in (select uid from missing) group by uid
  ), numbered as (
    select missing.*, coalesce(alive, 0) + row_number() over (partition by uid order by vertex, metric) as place
    from missing left join counted using (uid)
  ), aged as (
    select id, row_number() over (partition by uid order by seen_at, id) as age
    from metric_series where uid in (select uid from counted where kept >= $9)
  ), forgotten as (
    delete from metric_series where id in (
      select id from metric_series where id in (select id from aged where age <= $7) and seen_at < $8 order by id for update)
  )
  insert into metric_series (uid, vertex, vertex_name, metric, seen_at)
  select uid, vertex, called, metric, $5 from numbered where place <= $7 order by uid, vertex, metric
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
