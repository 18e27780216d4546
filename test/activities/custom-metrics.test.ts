/** Custom metrics of an autoscaler, read from a Flink cluster and a Prometheus that a test makes up. */
import { describe, expect, test } from '@jest/globals';
import { readCustomMetrics } from '../../activities/observe/custom-metrics.ts';
import type { Aggregates, FlinkClient, MetricValues } from '../../clients/flink/client.ts';
import { FlinkRestError } from '../../clients/flink/errors.ts';
import type { Figure } from '../../core/autoscaler/samples.ts';
import type { CustomMetricSource } from '../../core/autoscaler-agent/custom-values.ts';
import { vertex } from '../core/autoscaler/fixtures.ts';

const vertices = [
  vertex('a', [], { parallelism: 1 }),
  vertex('b', ['a'], { parallelism: 3, name: 'Count' }),
  vertex('c', ['b'], { finished: true }),
];
const ofVertex: Readonly<Record<string, Aggregates>> = {
  a: { queue: { min: 2, max: 2, avg: 2, sum: 2 } },
  b: { queue: { min: 4, max: 8, avg: 6, sum: 18 } },
};
const ofJob: MetricValues = { uptime: 77 };

function source(change: Partial<CustomMetricSource>): CustomMetricSource {
  return { name: 'own', aggregate: 'sum', vertices: [], ...change };
}

/** What is read, and why something is not. */
async function read(one: CustomMetricSource, prometheus?: (query: string) => Promise<number>) {
  const absent: unknown[] = [];
  const flink = {
    jobMetrics: async (_job: string, names: readonly string[]) => pick(ofJob, names),
    vertexMetrics: async (_job: string, id: string, names: readonly string[]) => pick(ofVertex[id] ?? {}, names),
  } as unknown as FlinkClient;
  const ports = { flink, prometheus, absent: (_name: string, why: unknown) => void absent.push(why) };
  const values = await readCustomMetrics(ports, [one], { id: 'j', vertices });
  return { value: values['own'], absent };
}

function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

const refuse = () => Promise.reject(new FlinkRestError(400, 'no'));

describe('a metric of Flink', () => {
  test.each<[string, Partial<CustomMetricSource>, Figure | undefined]>([
    ['of the job', { metric: 'uptime' }, 77],
    ['of all vertices, where the job has none', { metric: 'queue' }, 20],
    ['of one vertex, by its name', { metric: 'queue', vertices: ['Count'] }, 18],
    ['of one vertex, by its id', { metric: 'queue', vertices: ['a'] }, 2],
    ['as an average over subtasks', { metric: 'queue', aggregate: 'avg' }, 5],
    ['as the least', { metric: 'queue', aggregate: 'min' }, 2],
    ['as the most', { metric: 'queue', aggregate: 'max' }, 8],
    ['that only the job has, asked of a vertex', { metric: 'uptime', vertices: ['a'] }, undefined],
    ['that nobody has', { metric: 'nothing' }, undefined],
    ['of a vertex that has finished', { metric: 'queue', vertices: ['c'] }, undefined],
  ])('%s', async (_, change, expected) => {
    const { value, absent } = await read(source(change));
    expect(value).toEqual(expected);
    expect(absent).toHaveLength(expected === undefined ? 1 : 0);
  });

  test('that Flink refuses to tell is absent, too', async () => {
    const flink = { jobMetrics: refuse, vertexMetrics: refuse } as unknown as FlinkClient;
    const ports = { flink, absent: () => undefined };
    expect(await readCustomMetrics(ports, [source({ metric: 'x' })], { id: 'j', vertices })).toEqual({});
  });
});

describe('a query', () => {
  test('has the value that Prometheus gives', async () =>
    expect(await read(source({ query: 'q' }), async (query) => (query === 'q' ? Infinity : 0))).toEqual({
      value: 'Infinity',
      absent: [],
    }));

  test('without an address says which setting is missing', async () =>
    expect(await read(source({ query: 'q' }))).toEqual({
      value: undefined,
      absent: [expect.stringContaining('DREY_PROMETHEUS_URL')],
    }));

  test('that fails says why', async () => {
    const why = new Error('no such series');
    expect(await read(source({ query: 'q' }), () => Promise.reject(why))).toEqual({ value: undefined, absent: [why] });
  });
});
