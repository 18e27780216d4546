import { describe, expect, test } from '@jest/globals';
import { numberText } from '../../cli/kinds/number-text.ts';
import { sparkline } from '../../cli/sparkline.ts';
import type { Metrics } from '../../clients/drey/shapes.ts';
import { problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const path = '/v1/tenants/default/jobs/counts/metrics';
const vertex = 'bc764cd8ddf7a0cff126f51c16239658';

const at = (minutes: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000).toISOString();
const point = (minutes: number, value: number, count = 1) => ({
  at: at(minutes),
  min: value - 1,
  max: value + 1,
  avg: value,
  last: value,
  count,
});

const lagOf = (id: string, vertexName: string) => ({ vertex: id, vertexName, metric: 'lag', points: [point(0, 1)] });

/** An hour in six steps. */
function answer(series: Metrics['series']): Metrics {
  return { resolution: '1m', from: at(0), to: at(60), stepMs: 600_000, series };
}

describe('drey metrics', () => {
  test('shows one line for each series, with its trend', async () => {
    const whole = { vertex: '', metric: 'lastCheckpointSize', points: [point(0, 20_480, 3), point(50, 40_960)] };
    const busy = {
      vertex,
      metric: 'busyTimeMsPerSecond',
      points: [0, 1, 2, 3, 4, 5].map((n) => point(n * 10, n * 100)),
    };
    api.routes = { [`GET ${path}`]: { body: answer([whole, busy]) } };
    const ran = await runDrey(api.server, ['metrics', 'job', 'counts']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatchInlineSnapshot(`
"VERTEX                             METRIC                LATEST   MIN      MAX      AVG     TREND
<job>                              lastCheckpointSize    40.96k   20.48k   40.96k   25.6k   ▁····█
bc764cd8ddf7a0cff126f51c16239658   busyTimeMsPerSecond   500      -1       501      250     ▁▂▄▅▇█
"
`);
  });

  test('calls a vertex by its name where that is its own, cut to a width', async () => {
    const long = `Source: ${'numbers '.repeat(8)}`;
    api.routes = {
      [`GET ${path}`]: {
        body: answer([lagOf('v1', long), lagOf('v2', 'Map'), lagOf('v3', 'Sink'), lagOf('v4', 'Sink')]),
      },
    };
    const ran = await runDrey(api.server, ['metrics', 'counts']);
    const shown = ran.out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/)[0]);
    expect(shown).toEqual([`${long.slice(0, 39)}…`, 'Map', 'v3', 'v4']);
  });

  test('asks for the range, the metrics and the vertex that are named, in steps as wide as a trend', async () => {
    api.routes = { [`GET ${path}`]: { body: answer([]) } };
    await runDrey(api.server, ['metrics', 'counts', '--metric', 'a', '--metric', 'b', '--vertex', '', '--since', '7d']);
    await runDrey(api.server, ['metrics', 'job/counts']);
    const asked = api.asked.map(({ url }) => new URL(url, api.server).searchParams);
    expect([...(asked[0] ?? [])]).toEqual([
      ['metric', 'a'],
      ['metric', 'b'],
      ['vertex', ''],
      ['from', '2025-12-25T01:00:00.000Z'],
      ['to', '2026-01-01T01:00:00.000Z'],
      ['step', '30240s'],
    ]);
    expect(asked[1]?.get('step')).toBe('180s');
    expect(asked[1]?.get('from')).toBe('2026-01-01T00:00:00.000Z');
  });

  test('asks by the uid of a job that was removed', async () => {
    api.routes = { [`GET ${path}`]: { body: answer([]) } };
    await runDrey(api.server, ['metrics', 'counts', '--uid', 'abcdefgh']);
    expect(api.asked.map(({ url }) => new URL(url, api.server).searchParams.get('uid'))).toEqual(['abcdefgh']);
  });

  test('says so where nothing was measured', async () => {
    api.routes = { [`GET ${path}`]: { body: answer([]) } };
    const ran = await runDrey(api.server, ['metrics', 'counts', '--since', '5m']);
    expect(ran).toEqual({ code: 0, out: '', err: 'No metrics found for job counts in the last 5m.\n' });
  });

  test('prints json as the API says it, the resolution included', async () => {
    const body = answer([{ vertex: '', metric: 'lag', points: [point(0, 1)] }]);
    api.routes = { [`GET ${path}`]: { body } };
    expect(JSON.parse((await runDrey(api.server, ['metrics', 'counts', '-o', 'json'])).out)).toEqual(body);
    const names = await runDrey(api.server, ['metrics', 'counts', '-o', 'name']);
    expect(names.out).toBe('metric/lag\n');
  });

  test('refuses what is no duration or format before it asks anybody', async () => {
    for (const flags of [
      ['--since', 'long'],
      ['--since', '0s'],
      ['-o', 'wide'],
    ])
      expect(await runDrey(api.server, ['metrics', 'counts', ...flags])).toMatchObject({ code: 2 });
    expect(api.asked).toEqual([]);
  });

  test('passes on what the API refuses', async () => {
    const cure = 'Name a metric or a vertex.';
    api.routes = { [`GET ${path}`]: problem('INVALID_PARAMETER', 400, 'That would be many points.', { cure }) };
    const ran = await runDrey(api.server, ['metrics', 'counts']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining(cure) });
  });
});

describe('a sparkline', () => {
  test.each([
    [[1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█'],
    [[0, undefined, 10], '▁·█'],
    [[5, 5, 5], '▁▁▁'],
    [[-1, 0], '▁█'],
    [[undefined], '·'],
    [[], ''],
  ])('of %j is %s', (values, expected) => expect(sparkline(values)).toBe(expected));
});

test.each([
  [0, '0'],
  [0.12345, '0.1235'],
  [-3, '-3'],
  [1234, '1234'],
  [12_345, '12.35k'],
  [999_999, '1000k'],
  [5.5e9, '5.5G'],
  [1e-9, '1.00e-9'],
  [3.4e21, '3.40e+21'],
])('a measured %s is written %s', (value, text) => expect(numberText(value)).toBe(text));
