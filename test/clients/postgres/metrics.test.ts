/** Metrics: any order, any repetition and any number of writers give the same roll-ups, and what is too old goes whole. */
import { describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, tuple } from 'fast-check';
import type { Postgres } from '../../../clients/postgres/connect.ts';
import { maintainMetrics } from '../../../clients/postgres/metrics-partitions.ts';
import { queryMetrics, TooManyPoints } from '../../../clients/postgres/metrics-read.ts';
import { listSeries, seriesOfJobMax } from '../../../clients/postgres/metrics-series.ts';
import { writeSamples, type SamplesOutcome } from '../../../clients/postgres/metrics-write.ts';
import { retentionDefaults, type MetricRetention } from '../../../core/metrics/resolution.ts';
import { bySeries, type MetricSample } from '../../../core/metrics/sample.ts';
import { jobSpec, jobView } from '../../support/records.ts';
import { withRecordsOnPostgres } from '../../support/records-on-postgres.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Ten seconds past an hour, so that the newest steps have begun. */
const start = Date.UTC(2026, 2, 10, 12, 0, 10);

let postgres: Postgres;
const far = jobSpec('far', { cluster: 'far' });
withRecordsOnPostgres(
  [
    { kind: 'job', uid: 'here', seq: 1, job: jobView({ uid: 'here' }) },
    { kind: 'job', uid: 'far', seq: 1, job: jobView({ uid: 'far', name: 'far', spec: far }) },
  ],
  (one) => {
    postgres = one;
  },
);

const sample = (atMs: number, value: number, more: Partial<MetricSample> = {}): MetricSample => ({
  uid: 'here',
  vertex: '',
  metric: 'lag',
  atMs,
  value,
  ...more,
});

const busyOf = (vertex: string, vertexName?: string) => ({ vertex, vertexName, metric: 'busy' });

interface WriteOptions {
  readonly now?: number;
  readonly cluster?: string;
  readonly retention?: MetricRetention;
}

function write(
  samples: readonly MetricSample[],
  { now = start, cluster = 'local', retention = retentionDefaults }: WriteOptions = {},
): Promise<SamplesOutcome> {
  return writeSamples(postgres, { cluster, series: bySeries(samples), retention, now: new Date(now) });
}

const nothing: SamplesOutcome = { taken: 0, repeated: 0, late: 0, early: 0, unknown: 0, crowded: 0 };

interface ReadOptions {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly stepMs?: number;
  readonly vertex?: string;
  readonly metrics?: readonly string[];
  readonly now?: number;
}

function read({ now = start, ...wish }: ReadOptions = {}) {
  const range = { fromMs: now - hour, toMs: now + minute, ...wish };
  return queryMetrics(postgres, { uid: 'here', ...range }, retentionDefaults, now);
}

async function partitionNames(): Promise<string[]> {
  const { rows } = await postgres.query<{ name: string }>(
    `select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
     where child.relkind = 'r' order by child.relname collate "C"`,
  );
  return rows.map(({ name }) => name);
}

/** All rows of a table but the order in which sums were made. */
async function rowsOf(table: string) {
  const { rows } = await postgres.query(`select * from ${table} order by series, at`);
  return rows;
}

describe('writing', () => {
  test('a batch that comes again changes nothing, and is told as repeated', async () => {
    const batch = [sample(start, 1), sample(start - minute, 2), sample(start, 5, { vertex: 'v', metric: 'busy' })];
    expect(await write(batch)).toEqual({ ...nothing, taken: 3 });
    const before = [await rowsOf('metric_samples'), await rowsOf('metric_minutes'), await rowsOf('metric_hours')];
    expect(await write(batch)).toEqual({ ...nothing, repeated: 3 });
    expect(await write([...batch, ...batch])).toEqual({ ...nothing, repeated: 6 });
    expect([await rowsOf('metric_samples'), await rowsOf('metric_minutes'), await rowsOf('metric_hours')]).toEqual(
      before,
    );
  });

  test('any order, division and repetition gives the roll-ups of all samples once', async () => {
    const from = start - 3 * hour;
    const one = tuple(integer({ min: 0, max: 3 * 3600 }), integer({ min: -50, max: 50 }), constantFrom('', 'v1'));
    const scenario = tuple(array(one, { minLength: 1, maxLength: 60 }), integer({ min: 1, max: 9 }));
    await assert(
      asyncProperty(scenario, async ([drawn, size]) => {
        await postgres.query('truncate metric_samples, metric_minutes, metric_hours');
        // The first value of a moment is the one that counts.
        const first = new Map(
          drawn
            .toReversed()
            .map(([at, value, vertex]) => [`${vertex}/${at}`, sample(from + at * second, value, { vertex })]),
        );
        const arrived = drawn.map(([at, , vertex]) => first.get(`${vertex}/${at}`) ?? sample(0, 0));
        for (let index = 0; index < arrived.length; index += size) await write(arrived.slice(index, index + size));
        expect(await rowsOf('metric_minutes')).toEqual(await rolledUp('1 minute'));
        expect(await rowsOf('metric_hours')).toEqual(await rolledUp('1 hour'));
        expect((await rowsOf('metric_samples')).length).toBe(first.size);
      }),
      { numRuns: 40 },
    );
  });

  test('many writers at once of the same and of other samples give the same roll-ups', async () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      sample(start - (index % 20) * 7 * second, index % 20, { vertex: `v${Math.floor(index / 20)}` }),
    );
    const batches = Array.from({ length: 12 }, (_, index) =>
      (index % 2 ? all : all.toReversed()).slice(index * 2, index * 2 + 36),
    );
    const outcomes = await Promise.all(batches.map((batch) => write(batch)));
    expect(outcomes.reduce((sum, { taken }) => sum + taken, 0)).toBe((await rowsOf('metric_samples')).length);
    expect(await rowsOf('metric_minutes')).toEqual(await rolledUp('1 minute'));
    expect(await rowsOf('metric_hours')).toEqual(await rolledUp('1 hour'));
  });

  test('a late sample is rolled up into its own minute and hour, and is not taken for the newest', async () => {
    await write([sample(start, 1)]);
    await write([sample(start - 2 * hour, 9)]);
    await write([sample(start - second, 7)]);
    const { series } = await read({ fromMs: start - 3 * hour, toMs: start, stepMs: hour });
    expect(series[0]?.points).toEqual([
      { at: '2026-03-10T10:00:00.000Z', min: 9, max: 9, avg: 9, last: 9, count: 1 },
      { at: '2026-03-10T12:00:00.000Z', min: 1, max: 7, avg: 4, last: 1, count: 2 },
    ]);
  });

  test('what is too old, from the future, or of a foreign or unknown job is left out and counted', async () => {
    const outcome = await write([
      sample(start - 6 * hour - 1, 1),
      sample(start + 5 * minute + 1, 1),
      sample(start, 1, { uid: 'far' }),
      sample(start, 1, { uid: 'nobody' }),
      sample(start - 6 * hour, 1),
      sample(start + 5 * minute, 1),
    ]);
    expect(outcome).toEqual({ ...nothing, late: 1, early: 1, unknown: 2, taken: 2, unknownJobs: ['far', 'nobody'] });
    expect(await write([sample(start, 1, { uid: 'far' })], { cluster: 'far' })).toEqual({ ...nothing, taken: 1 });
    // A series that is there already is still that of its cluster.
    expect(await write([sample(start + 1, 1, { uid: 'far' })])).toEqual({
      ...nothing,
      unknown: 1,
      unknownJobs: ['far'],
    });
  });

  test('a job that makes up names gets no more series than it may have', async () => {
    const made = (from: number) =>
      Array.from({ length: seriesOfJobMax - 5 }, (_, index) => sample(start, 1, { metric: `m${from + index}` }));
    expect(await write(made(0))).toEqual({ ...nothing, taken: seriesOfJobMax - 5 });
    const more = await write(made(1_000_000).slice(0, 20));
    expect(more).toEqual({ ...nothing, taken: 5, crowded: 15 });
    expect(await write([sample(start + 1, 1, { metric: 'm0' })])).toEqual({ ...nothing, taken: 1 });
  });

  test('a batch that was dropped with its partition is late when it is repeated, even if more is kept by then', async () => {
    const batch = [sample(start, 1)];
    await write(batch);
    const later = start + 8 * hour;
    await maintainMetrics(postgres, retentionDefaults, new Date(later));
    const patient = { ...retentionDefaults, raw: day };
    expect(await write(batch, { now: later, retention: patient })).toEqual({ ...nothing, late: 1 });
    expect(await rowsOf('metric_hours')).toMatchObject([{ count: 1 }]);
  });

  test('goes on when nobody has made partitions for long', async () => {
    await maintainMetrics(postgres, retentionDefaults, new Date(start));
    expect(await write([sample(start + 3 * day, 1)], { now: start + 3 * day })).toEqual({ ...nothing, taken: 1 });
  });
});

/** The roll-up as it must be, made anew from the samples. */
async function rolledUp(width: string) {
  const { rows } = await postgres.query(
    `select series, count(*)::integer as count, date_bin($1::interval, at, timestamptz 'epoch') as at, min(value), max(value),
            sum(value), (array_agg(value order by at desc))[1] as last, max(at) as last_at
     from metric_samples group by 1, 3 order by 1, 3`,
    [width],
  );
  return rows;
}

async function totalsOf(table: string, columns: string) {
  const { rows } = await postgres.query(
    `select sum(value), min(low), sum(many)::integer as many from (select ${columns} from ${table}) as kept`,
  );
  return rows;
}

const namesFound = async (wish: ReadOptions) =>
  (await read(wish)).series.map(({ vertex, metric }) => `${vertex}/${metric}`);

describe('reading', () => {
  test.each([
    ['the last minutes', 10 * minute, undefined, 'raw', 5 * second],
    ['an hour', hour, undefined, 'raw', 15 * second],
    ['an hour by the minute', hour, minute, '1m', minute],
    ['a range that raw samples do not reach', 12 * hour, second, '1m', minute],
    ['a week', 7 * day, undefined, '1h', hour],
    ['a range that minutes do not reach', 30 * day, minute, '1h', hour],
    ['two years, of which the beginning is gone', 730 * day, undefined, '1h', 4 * day],
  ])('%s comes from the resolution that fits it', async (_, length, stepMs, resolution, step) => {
    await write([sample(start - second, 3)]);
    const found = await read({ fromMs: start - length, toMs: start, ...(stepMs ? { stepMs } : {}) });
    expect(found.range).toMatchObject({ resolution, stepMs: step });
    expect(found.series.map(({ points }) => points.map(({ last }) => last))).toEqual([[3]]);
  });

  test('every resolution says the same of the same time', async () => {
    const samples = Array.from({ length: 300 }, (_, index) => sample(start - index * 20 * second, (index * 37) % 101));
    await write(samples);
    const whole = { fromMs: start - 2 * hour, toMs: start };
    const raw = await totalsOf('metric_samples', 'value, value as low, 1 as many');
    const minutes = await totalsOf('metric_minutes', 'sum as value, min as low, count as many');
    const hours = await totalsOf('metric_hours', 'sum as value, min as low, count as many');
    expect(minutes).toEqual(raw);
    expect(hours).toEqual(raw);
    const { series } = await read({ ...whole, stepMs: hour });
    expect(series[0]?.points.reduce((sum, { count }) => sum + count, 0)).toBe(300);
  });

  test('only of the vertex and the metrics that are named; of one that is not there, nothing', async () => {
    const names = [['', 'lag'] as const, ['v1', 'busy'] as const, ['v1', 'lag'] as const, ['v2', 'busy'] as const];
    await write(names.map(([vertex, metric]) => sample(start, 1, { vertex, metric })));
    expect(await namesFound({})).toEqual(['/lag', 'v1/busy', 'v1/lag', 'v2/busy']);
    expect(await namesFound({ vertex: '' })).toEqual(['/lag']);
    expect(await namesFound({ vertex: 'v1', metrics: ['busy', 'idle'] })).toEqual(['v1/busy']);
    expect(await namesFound({ metrics: ['busy'] })).toEqual(['v1/busy', 'v2/busy']);
    expect(await namesFound({ metrics: ['none'] })).toEqual([]);
    expect(await namesFound({ fromMs: start - 2 * hour, toMs: start - hour })).toEqual([]);
  });

  test('a vertex is told by the name that it had last, and found by it', async () => {
    await write([sample(start, 1, busyOf('v1', 'Source')), sample(start, 1, busyOf('v2')), sample(start, 1)]);
    await write([sample(start + hour, 1, busyOf('v1', 'Source: numbers'))], { now: start + hour });
    await write([sample(start + 2 * hour, 1, busyOf('v1'))], { now: start + 2 * hour });
    const named = (await listSeries(postgres, 'here', 9)).map(({ vertex, vertexName }) => [vertex, vertexName]);
    expect(named).toEqual([
      ['', undefined],
      ['v1', 'Source: numbers'],
      ['v2', undefined],
    ]);
    expect(await namesFound({ vertex: 'Source: numbers' })).toEqual(['v1/busy']);
    expect(await namesFound({ vertex: 'Source' })).toEqual([]);
  });

  test('more points than an answer holds are refused before they are read', async () => {
    await write([sample(start, 1)]);
    const wish = { fromMs: start - 5 * hour, toMs: start + hour * 20, stepMs: second };
    await expect(read(wish)).rejects.toThrow(TooManyPoints);
  });

  test('lists the series of a job page by page, those of the job as a whole first', async () => {
    const names = ['', 'v1', 'v2'].flatMap((vertex) => ['a', 'b'].map((metric) => ({ vertex, metric })));
    await write(names.toReversed().map((name) => sample(start, 1, name)));
    const first = await listSeries(postgres, 'here', 4);
    const rest = await listSeries(postgres, 'here', 4, first.at(-1));
    expect([...first, ...rest].map(({ vertex, metric }) => ({ vertex, metric }))).toEqual(names);
    expect(first[0]?.seenAt).toBe('2026-03-10T12:00:00.000Z');
  });
});

describe('maintenance', () => {
  test('makes partitions ahead and for what may still come late, and nothing the second time', async () => {
    const first = await maintainMetrics(postgres, retentionDefaults, new Date(start));
    const names = await partitionNames();
    expect(first).toEqual({ made: names.length, dropped: 0, postponed: 0, forgotten: 0 });
    expect(names).toEqual(
      expect.arrayContaining([
        'metric_samples_20260310t06',
        'metric_samples_20260310t18',
        'metric_minutes_20260310t00',
        'metric_hours_20260308t00',
      ]),
    );
    expect(await maintainMetrics(postgres, retentionDefaults, new Date(start))).toMatchObject({ made: 0, dropped: 0 });
  });

  test('drops partitions of which all is past its retention, and none that holds anything younger', async () => {
    await write([sample(start, 1), sample(start - 3 * hour, 1)]);
    await maintainMetrics(postgres, retentionDefaults, new Date(start + 5 * hour));
    expect(await rowsOf('metric_samples')).toHaveLength(1);
    expect(await rowsOf('metric_minutes')).toHaveLength(2);
    const { dropped } = await maintainMetrics(postgres, retentionDefaults, new Date(start + 9 * day));
    expect(dropped).toBeGreaterThan(0);
    expect(await rowsOf('metric_samples')).toEqual([]);
    expect(await rowsOf('metric_minutes')).toEqual([]);
    expect(await rowsOf('metric_hours')).toHaveLength(2);
    const last = await maintainMetrics(postgres, retentionDefaults, new Date(start + 500 * day));
    expect(last.forgotten).toBe(1);
    expect(await rowsOf('metric_hours')).toEqual([]);
    expect(await listSeries(postgres, 'here', 10)).toEqual([]);
  });

  test.each([
    ['a day', day],
    ['a year', 365 * day],
  ])('is not led astray for long by a clock that was %s ahead', async (_span, aheadMs) => {
    await maintainMetrics(postgres, retentionDefaults, new Date(start));
    await write([sample(start, 1)]);
    await maintainMetrics(postgres, retentionDefaults, new Date(start + aheadMs));
    const now = start + minute;
    await maintainMetrics(postgres, retentionDefaults, new Date(now));
    expect(await write([sample(now, 2), sample(start - 3 * hour, 3)], { now })).toEqual({
      ...nothing,
      taken: 1,
      late: 1,
    });
    expect(await rowsOf('metric_samples')).toMatchObject([{ value: 2 }]);
  });

  test('of many processes at once makes and drops everything once', async () => {
    await maintainMetrics(postgres, retentionDefaults, new Date(start));
    const before = await partitionNames();
    const later = new Date(start + 30 * hour);
    const all = await Promise.all(Array.from({ length: 6 }, () => maintainMetrics(postgres, retentionDefaults, later)));
    const after = await partitionNames();
    const fresh = after.filter((name) => !before.includes(name));
    expect(all.reduce((sum, { made }) => sum + made, 0)).toBe(fresh.length);
    expect(before.filter((name) => name.includes('samples') && after.includes(name))).toEqual([]);
    expect(all.reduce((sum, { postponed }) => sum + postponed, 0)).toBe(0);
  });

  test('leaves a partition that somebody reads for the next time, and writers go on', async () => {
    await write([sample(start, 1)]);
    const reader = await postgres.connect();
    await reader.query('begin');
    await reader.query('select * from metric_samples');
    const later = start + 8 * hour;
    const [busy, ...outcomes] = await Promise.all([
      maintainMetrics(postgres, retentionDefaults, new Date(later)),
      ...[0, 1, 2].map((index) => write([sample(later + index, 2)], { now: later })),
    ]);
    expect(busy).toMatchObject({ dropped: 0, made: expect.any(Number) });
    expect(busy.postponed).toBeGreaterThan(0);
    expect(outcomes).toEqual(outcomes.map(() => ({ ...nothing, taken: 1 })));
    await reader.query('commit');
    reader.release();
    const free = await maintainMetrics(postgres, retentionDefaults, new Date(later));
    expect(free).toMatchObject({ dropped: busy.postponed, postponed: 0 });
  });
});
