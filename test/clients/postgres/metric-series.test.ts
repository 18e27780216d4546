/** How many series a job may have: what runs now is measured, whatever it had before. */
import { describe, expect, test } from '@jest/globals';
import type { Postgres } from '../../../clients/postgres/connect.ts';
import { queryMetrics } from '../../../clients/postgres/metrics-read.ts';
import { seriesKeptMax, seriesOfJobMax } from '../../../clients/postgres/metrics-series.ts';
import { writeSamples, type SamplesOutcome } from '../../../clients/postgres/metrics-write.ts';
import { retentionDefaults } from '../../../core/metrics/resolution.ts';
import { bySeries, type MetricSample } from '../../../core/metrics/sample.ts';
import { jobView } from '../../support/records.ts';
import { withRecordsOnPostgres } from '../../support/records-on-postgres.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Ten seconds past an hour. */
const start = Date.UTC(2026, 2, 10, 12, 0, 10);

let postgres: Postgres;
withRecordsOnPostgres([{ kind: 'job', uid: 'here', seq: 1, job: jobView({ uid: 'here' }) }], (one) => {
  postgres = one;
});

const sample = (atMs: number, vertex: string, metric = 'lag'): MetricSample => ({
  uid: 'here',
  vertex,
  metric,
  atMs,
  value: 1,
});

/** A sample of each of so many metrics of a vertex. */
const samples = (count: number, vertex: string) =>
  Array.from({ length: count }, (_, index) => sample(start, vertex, `m${index}`));

function write(given: readonly MetricSample[], nowMs = start): Promise<SamplesOutcome> {
  const wish = { cluster: 'local', retention: retentionDefaults, now: new Date(nowMs) };
  return writeSamples(postgres, { ...wish, series: bySeries(given) });
}

/** Series that were seen at this time, without values. */
async function leave(count: number, atMs: number): Promise<void> {
  await postgres.query(
    `insert into metric_series (uid, vertex, metric, seen_at)
     select 'here', 'gone', 'of-' || $2::bigint || '-' || n, to_timestamp($2::bigint / 1000) from generate_series(1, $1::integer) n`,
    [count, Math.floor(atMs / hour) * hour],
  );
}

async function countSeen(beforeMs: number): Promise<number | undefined> {
  const { rows } = await postgres.query<{ count: number }>(
    'select count(*)::integer as count from metric_series where seen_at < $1',
    [new Date(beforeMs)],
  );
  return rows[0]?.count;
}

async function verticesRead(fromMs: number, toMs: number, nowMs = start): Promise<string[]> {
  const { series } = await queryMetrics(postgres, { uid: 'here', fromMs, toMs }, retentionDefaults, nowMs);
  return series.map(({ vertex }) => vertex);
}

const nothing: SamplesOutcome = { taken: 0, repeated: 0, late: 0, early: 0, unknown: 0, crowded: 0 };

describe('a job that has had many vertices', () => {
  test.each<[string, number, number]>([
    ['long ago', 100 * day, 20],
    ['two hours ago', 2 * hour, 20],
    ['an hour ago', hour, 0],
    ['just now', 0, 0],
  ])('gets new series, or none, where as many as may be alive were seen %s', async (_, agoMs, taken) => {
    await leave(seriesOfJobMax, start - agoMs);
    expect(await write(samples(20, 'new'))).toEqual({ ...nothing, taken, crowded: 20 - taken });
  });

  test('gets new ones also where all are there that are kept: those seen longest ago are forgotten, many at once', async () => {
    await leave(seriesKeptMax - 10, start - 9 * day);
    await leave(10, start - 30 * day);
    expect(await write([sample(start, 'new')])).toEqual({ ...nothing, taken: 1 });
    expect(await countSeen(start - 20 * day)).toBe(0);
    expect(await countSeen(start + hour)).toBe(seriesKeptMax - seriesOfJobMax + 1);
    expect(await write([sample(start, 'newer')])).toEqual({ ...nothing, taken: 1 });
    expect(await countSeen(start + hour)).toBe(seriesKeptMax - seriesOfJobMax + 2);
  });

  test('keeps what is alive when others are forgotten', async () => {
    await leave(seriesKeptMax - 5_000, start - hour);
    await leave(5_000, start - 9 * day);
    expect(await write([sample(start, 'new')])).toEqual({ ...nothing, crowded: 1 });
    expect(await countSeen(start + hour)).toBe(seriesKeptMax - 5_000);
  });

  test('is read without those that were not there then: an answer would seem too large', async () => {
    const then = start - 5 * day;
    const old = Array.from({ length: 500 }, (_, index) => sample(then, `old${index}`));
    await write(old, then);
    await write([sample(start, 'new')]);
    expect(await verticesRead(start - hour, start + minute)).toEqual(['new']);
    expect(await verticesRead(then, then + minute)).toHaveLength(500);
  });

  test('is read with what was written at the end of an hour, and ahead', async () => {
    const now = start + 59 * minute;
    const ahead = now + 5 * minute;
    await write([sample(ahead, 'new')], now);
    expect(await verticesRead(ahead, ahead + minute, now + hour)).toEqual(['new']);
  });
});
