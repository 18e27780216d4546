/** Writes samples. A batch that comes again changes nothing, and one that comes late is rolled up like any other. */
import type { PoolClient } from 'pg';
import type { MetricRetention } from '../../core/metrics/resolution.ts';
import type { SamplesOfSeries } from '../../core/metrics/sample.ts';
import type { Postgres } from './connect.ts';
import { isPartitionMissing, makePartitions, timeOf } from './metrics-partitions.ts';
import { resolveSeries } from './metrics-series.ts';
import { inTransaction } from './transaction.ts';

/** How far ahead of PostgreSQL's an agent's clock may be. */
const aheadMsMax = 5 * 60_000;

export interface SamplesWish {
  /** Only of jobs that run on this cluster. */
  readonly cluster: string;
  readonly series: readonly SamplesOfSeries[];
  readonly retention: MetricRetention;
  /** PostgreSQL's time unless told. */
  readonly now?: Date;
}

/** What became of the samples of a batch. */
export interface SamplesOutcome {
  readonly taken: number;
  /** They were there already. */
  readonly repeated: number;
  /** Older than raw samples are kept. */
  readonly late: number;
  /** From the future. */
  readonly early: number;
  /** Of a job that is not known, or not on this cluster. */
  readonly unknown: number;
  /** Of a new series of a job that has too many. */
  readonly crowded: number;
  /** The uids of the unknown ones; absent where there is none. */
  readonly unknownJobs?: readonly string[];
}

/** Writes what can be written, all or none of it, and says what was left out. */
export async function writeSamples(postgres: Postgres, wish: SamplesWish): Promise<SamplesOutcome> {
  try {
    return await write(postgres, wish, Number.NEGATIVE_INFINITY);
  } catch (error) {
    if (!isPartitionMissing(error)) throw error;
    // The maintenance has not come through for hours, or this is the first batch of all.
    const { writableFromMs } = await makePartitions(postgres, wish.retention, wish.now);
    return write(postgres, wish, writableFromMs);
  }
}

interface Row {
  readonly series: number;
  readonly atMs: number;
  readonly value: number;
}

function write(postgres: Postgres, wish: SamplesWish, writableFromMs: number): Promise<SamplesOutcome> {
  return inTransaction(postgres, async (client) => {
    const nowMs = await timeOf(client, wish.now);
    const ids = await resolveSeries(client, wish.cluster, wish.series, nowMs);
    const fromMs = Math.max(writableFromMs, nowMs - wish.retention.raw);
    const left = { late: 0, early: 0, unknown: 0, crowded: 0 };
    const rows: Row[] = [];
    const unknownJobs = new Set<string>();
    for (const [index, { uid, points }] of wish.series.entries()) {
      const series = ids[index] ?? 'unknown';
      if (series === 'unknown') unknownJobs.add(uid);
      for (const [atMs, value] of points) {
        if (atMs < fromMs) left.late += 1;
        else if (atMs > nowMs + aheadMsMax) left.early += 1;
        else if (typeof series === 'string') left[series] += 1;
        else rows.push({ series, atMs, value });
      }
    }
    const taken = await insert(client, rows);
    const unknown = unknownJobs.size > 0 && { unknownJobs: [...unknownJobs] };
    return { taken, repeated: rows.length - taken, ...left, ...unknown };
  });
}

/**
 * Only what was not there before reaches the roll-ups, in the same statement: so they hold each sample once, in whatever order
 * samples come. All tables are written in the order of their keys, so that two writers never wait for each other in a circle.
 */
const insertSql = `
  with fresh as (
    insert into metric_samples (series, at, value)
    select series, at, value
    from unnest($1::integer[], $2::timestamptz[], $3::double precision[]) as row (series, at, value)
    order by series, at
    on conflict do nothing
    returning series, at, value
  ), minutes as (${rollUpSql('metric_minutes', '1 minute')}
  ), hours as (${rollUpSql('metric_hours', '1 hour')}
  )
  select count(*)::integer as taken from fresh`;

function rollUpSql(table: string, width: string): string {
  return `
    insert into ${table} (series, at, min, max, sum, count, last, last_at)
    select series, date_bin('${width}', at, timestamptz 'epoch'), min(value), max(value), sum(value), count(*),
           (array_agg(value order by at desc))[1], max(at)
    from fresh
    group by 1, 2
    order by 1, 2
    on conflict (series, at) do update set
      min = least(${table}.min, excluded.min), max = greatest(${table}.max, excluded.max),
      sum = ${table}.sum + excluded.sum, count = ${table}.count + excluded.count,
      last = case when excluded.last_at > ${table}.last_at then excluded.last else ${table}.last end,
      last_at = greatest(${table}.last_at, excluded.last_at)`;
}

async function insert(client: PoolClient, rows: readonly Row[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { rows: answer } = await client.query<{ taken: number }>(insertSql, [
    rows.map(({ series }) => series),
    rows.map(({ atMs }) => new Date(atMs).toISOString()),
    rows.map(({ value }) => value),
  ]);
  return answer[0]?.taken ?? 0;
}
