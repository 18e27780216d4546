/** The partitions of the tables of metrics: made ahead, dropped whole when all in them is past its retention. */
import { DatabaseError, type PoolClient } from 'pg';
import { resolutions, type MetricRetention, type Resolution } from '../../core/metrics/resolution.ts';
import type { Postgres } from './connect.ts';
import { inTransaction } from './transaction.ts';

/** Any number that no other program uses on this database: "metr" in ASCII. */
const lockId = 0x6d657472;

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

interface TableOfMetrics {
  readonly table: string;
  /** Time that one partition holds. Never changed: those that exist would overlap with new ones. */
  readonly spanMs: number;
  /** In percent. Roll-ups are updated in place, and room on the page spares the index. */
  readonly fill: number;
}

export const tables: Readonly<Record<Resolution, TableOfMetrics>> = {
  raw: { table: 'metric_samples', spanMs: hourMs, fill: 100 },
  '1m': { table: 'metric_minutes', spanMs: dayMs, fill: 70 },
  '1h': { table: 'metric_hours', spanMs: 30 * dayMs, fill: 70 },
};

/** Partitions are there for so long from now: longer than any outage of the maintenance that nobody notices. */
const aheadMs = 6 * hourMs;

/** Whoever waits behind us for a table waits no longer than this; we come again. */
const lockTimeoutMs = 250;

export interface MetricsMaintenance {
  /** Partitions made. */
  readonly made: number;
  /** Partitions dropped. */
  readonly dropped: number;
  /** Partitions that should be dropped and were in use: the next maintenance tries again. */
  readonly postponed: number;
  /** Series forgotten, since nothing of them is left. */
  readonly forgotten: number;
}

/**
 * Makes the partitions of the next hours, drops those past their retention, and forgets series without values. Any number of
 * processes may call it at once. Requests go on meanwhile: none waits longer than a quarter of a second.
 * @param now the moment to do it for; that of PostgreSQL unless told.
 */
export async function maintainMetrics(
  postgres: Postgres,
  retention: MetricRetention,
  now?: Date,
): Promise<MetricsMaintenance> {
  const { made, nowMs } = await makePartitions(postgres, retention, now);
  const expired = await expiredPartitions(postgres, retention, nowMs);
  let dropped = 0;
  // One that is in use will be so for a while, and its neighbours with it: whoever waits behind us waits once.
  for (const partition of expired) {
    if (!(await dropPartition(postgres, partition))) break;
    dropped += 1;
  }
  const before = new Date(nowMs - retention['1h'] - hourMs);
  const { rowCount } = await postgres.query('delete from metric_series where seen_at < $1', [before]);
  return { made, dropped, postponed: expired.length - dropped, forgotten: rowCount ?? 0 };
}

/**
 * Makes the partitions for what may be written from now on. One that was dropped is not made again, whatever the retention
 * is now: a batch that is repeated would find its samples gone, and be counted twice. But for the hour that it is: where PostgreSQL's clock was
 * ahead for a while, what was dropped then is made again from there on, or nothing could be written until that time has come.
 * @returns how many were made, PostgreSQL's time, and from when on samples can be written.
 */
export async function makePartitions(
  postgres: Postgres,
  retention: MetricRetention,
  now?: Date,
): Promise<{ readonly made: number; readonly nowMs: number; readonly writableFromMs: number }> {
  return inTransaction(postgres, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [lockId]);
    const nowMs = await timeOf(client, now);
    const existing = await listPartitions(client);
    const oldestMs = Math.min(...existing.filter(({ of }) => of === 'raw').map(({ startMs }) => startMs));
    const fromMs = Math.max(nowMs - retention.raw, beginningOf(oldestMs, nowMs));
    const names = new Set(existing.map(({ name }) => name));
    const wanted = resolutions.flatMap((of) => partitionsBetween(of, fromMs, nowMs + aheadMs));
    const missing = wanted.filter(({ name }) => !names.has(name));
    for (const partition of missing) await makePartition(client, partition);
    return { made: missing.length, nowMs, writableFromMs: fromMs };
  });
}

/** From when on what is written has its place. @param oldestMs when the oldest partition of raw samples begins; infinite where there is none */
function beginningOf(oldestMs: number, nowMs: number): number {
  if (!Number.isFinite(oldestMs)) return -Infinity;
  const thisHourMs = Math.floor(nowMs / tables.raw.spanMs) * tables.raw.spanMs;
  return Math.min(oldestMs, thisHourMs);
}

/** The given time, or PostgreSQL's: processes on several machines must agree on what is too old. */
export async function timeOf(client: Pick<PoolClient, 'query'>, now?: Date): Promise<number> {
  const { rows } = await client.query<{ now: Date }>('select coalesce($1::timestamptz, now()) as now', [now ?? null]);
  return rows[0]?.now.getTime() ?? Number.NaN;
}

/** Whether a row had no partition to go to. */
export function isPartitionMissing(error: unknown): boolean {
  // A broken check; these tables have no other, and the words depend on the server's language.
  return error instanceof DatabaseError && error.code === '23514';
}

interface Partition {
  readonly of: Resolution;
  readonly name: string;
  readonly startMs: number;
}

async function listPartitions(client: Pick<PoolClient, 'query'>): Promise<Partition[]> {
  const { rows } = await client.query<{ table: string; name: string }>(
    `select parent.relname as table, child.relname as name
     from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
     where parent.oid = any (array['metric_samples', 'metric_minutes', 'metric_hours']::regclass[])`,
  );
  return rows.flatMap(({ table, name }) => {
    const of = resolutions.find((one) => tables[one].table === table);
    const startMs = startOf(name);
    return of === undefined || startMs === undefined ? [] : [{ of, name, startMs }];
  });
}

function partitionsBetween(of: Resolution, fromMs: number, toMs: number): Partition[] {
  const { table, spanMs } = tables[of];
  const found: Partition[] = [];
  for (let startMs = Math.floor(fromMs / spanMs) * spanMs; startMs <= toMs; startMs += spanMs)
    found.push({ of, startMs, name: `${table}_${stampOf(startMs)}` });
  return found;
}

/** Such as `20260101t06`, in UTC. */
function stampOf(startMs: number): string {
  return new Date(startMs).toISOString().slice(0, 13).replaceAll('-', '').toLowerCase();
}

function startOf(name: string): number | undefined {
  const found = /_(\d{4})(\d{2})(\d{2})t(\d{2})$/.exec(name);
  if (!found) return undefined;
  const [, year, month, day, hour] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour);
}

/** Made beside the table and then attached: writers of the table go on, which `partition of` would not let them. */
async function makePartition(client: PoolClient, { of, name, startMs }: Partition): Promise<void> {
  const { table, spanMs, fill } = tables[of];
  const [from, to] = [startMs, startMs + spanMs].map((ms) => new Date(ms).toISOString());
  // Names and bounds are our own: statements like these take no parameters.
  await client.query(`create table ${name} (like ${table} including all) with (fillfactor = ${fill})`);
  await client.query(`alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`);
}

async function expiredPartitions(postgres: Postgres, retention: MetricRetention, nowMs: number): Promise<Partition[]> {
  const all = await listPartitions(postgres);
  return all.filter(({ of, startMs }) => startMs + tables[of].spanMs <= nowMs - retention[of]);
}

/** False when the table was in use. */
async function dropPartition(postgres: Postgres, { name }: Partition): Promise<boolean> {
  try {
    await inTransaction(postgres, async (client) => {
      await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
      await client.query('select pg_advisory_xact_lock($1)', [lockId]);
      await client.query(`drop table if exists ${name}`);
    });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '55P03') return false;
    throw error;
  }
}
