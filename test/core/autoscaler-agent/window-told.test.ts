import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { ToldInput } from '../../../core/autoscaler/packed-samples.ts';
import { thinnedSamples } from '../../../core/autoscaler-agent/thinned.ts';
import { decideFirst, windowTold } from '../../../core/autoscaler-agent/window-told.ts';
import { someGeneration } from '../../support/state-fixture.ts';
import { inputOf, minute, type Load } from '../autoscaler/jobs.ts';

const generation = someGeneration(2, { submission: 7, revision: 3 });
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('a signal says whose window it is, and what was found by it', () => {
  const input = inputOf(tooMuch, 30 * minute, { profile: 'drey' });
  const { signal, decision } = windowTold(generation, input, 'key') ?? {};
  expect(signal).toMatchObject({
    tenant: 'default',
    name: 'orders',
    uid: 'abcdefgh',
    cluster: 'local',
    namespace: 'flink',
    generation: 2,
    submission: 7,
    revision: 3,
    found: { id: `j-${30 * minute}`, action: 'scale' },
    asked: 'key',
  });
  expect(decision?.action).toBe('scale');
});

test.each(['drey', 'flink-operator-main', 'flink-operator-1.15'] as const)(
  'what the agent decides first as %s is what comes out of the signal, also where samples are left out',
  (profile) => {
    const rising = { ...tooMuch, lagGrowth: 37 };
    for (let minutes = 20; minutes <= 40; minutes += 2) {
      const input = withVertices(inputOf(rising, minutes * minute, { profile }), 12);
      const first = decideFirst(generation, input);
      const { signal } = windowTold(generation, input) ?? {};
      expect(signal?.input.samples.length).toBeLessThan(input.samples.length);
      const { memory: _, ...found } = decide(JSON.parse(JSON.stringify(signal?.input)) as ToldInput);
      const { memory: __, ...expected } = first.decision;
      expect(found).toEqual(expected);
    }
  },
);

/** Each sample many times as large, by vertices that nothing is to be done with. */
function withVertices(input: AutoscalerInput, count: number): AutoscalerInput {
  const [source, work] = input.job.vertices;
  if (!source || !work) throw new Error('the job has two vertices');
  const more = Array.from({ length: count }, (_, index) => ({
    ...work,
    id: `more-${index}`.padEnd(32, 'x'),
    name: `more ü ${index}`,
  }));
  const samples = input.samples.map((sample) => {
    const seen = sample.vertices['work'] ?? {};
    return { ...sample, vertices: { ...sample.vertices, ...Object.fromEntries(more.map(({ id }) => [id, seen])) } };
  });
  return { ...input, samples, job: { ...input.job, vertices: [source, work, ...more] } };
}

/** With figures as long as those that are measured. */
function uneven(input: AutoscalerInput): AutoscalerInput {
  const text = JSON.stringify(input.samples, (key, value: unknown) =>
    typeof value === 'number' && key !== 'atMs' ? value + (value === 0 ? 0 : 1 / 3) : value,
  );
  const samples = JSON.parse(text) as AutoscalerInput['samples'];
  return { ...input, samples: samples.map((sample) => ({ ...sample, runningSinceMs: 0 })) };
}

function withLongMemory(input: AutoscalerInput): AutoscalerInput {
  const points = Array.from({ length: 20 }, (_, index) => ({
    parallelism: index + 1,
    recordsPerSecond: 123.456_789 * index,
    measured: 7,
    atMs: index,
  }));
  const capacity = Object.fromEntries(input.job.vertices.map(({ id }) => [id, points]));
  return { ...input, memory: { ...input.memory, capacity } };
}

describe('a window that is large', () => {
  const input = inputOf(tooMuch, 30 * minute, { profile: 'drey' });

  test.each([10, 25, 40])('with %i vertices is told below 64 KB, and the same comes out', (count) => {
    const whole = withVertices(input, count);
    expect(bytes(whole)).toBeGreaterThan(64_000);
    const { signal, decision } = windowTold(generation, whole) ?? {};
    expect(bytes(signal)).toBeLessThanOrEqual(64_000);
    expect(signal?.input.samples.at(-1)?.atMs).toBe(whole.samples.at(-1)?.atMs);
    expect(decision?.parallelism).toEqual(decide(whole).parallelism);
  });

  test('with 38 vertices and a long memory is told with less of that', () => {
    const { signal, decision } = windowTold(generation, withLongMemory(withVertices(input, 38))) ?? {};
    expect(bytes(signal)).toBeLessThanOrEqual(64_000);
    expect(bytes(signal?.input.memory)).toBeLessThanOrEqual(8_000);
    expect(decision?.action).toBe('scale');
  });

  test.each([60, 200])('with %i vertices is packed and told below 256 KB, and the same comes out', (count) => {
    const whole = withVertices(uneven(input), count);
    const { signal, decision } = windowTold(generation, whole) ?? {};
    expect(bytes(signal)).toBeGreaterThan(64_000);
    expect(bytes(signal)).toBeLessThanOrEqual(256_000);
    expect(decision?.parallelism).toEqual(decide(whole).parallelism);
    const { memory: _, ...found } = decide(JSON.parse(JSON.stringify(signal?.input)) as ToldInput);
    const { memory: __, ...expected } = decideFirst(generation, whole).decision;
    expect(found).toEqual(expected);
  });

  test('with 200 vertices and a long memory is told with less of that', () => {
    const whole = withLongMemory(withVertices(uneven(input), 200));
    const { signal, decision } = windowTold(generation, whole) ?? {};
    expect(bytes(signal)).toBeLessThanOrEqual(256_000);
    expect(decision?.action).toBe('scale');
    // Continue-as-new carries it twice, as the decision and as its record, in 2 MB.
    expect(bytes(decision)).toBeLessThan(500_000);
  });

  test('of which too few samples have room is not told', () => {
    const whole = withVertices(input, 1000);
    expect(windowTold(generation, whole)).toBeUndefined();
    // Nor does the agent find that there is nothing to do: it counts what it could not tell.
    expect(decideFirst(generation, whole).decision.action).toBe('scale');
  });
});

describe('fewer samples', () => {
  const samples = Array.from({ length: 211 }, (_, index) => ({ atMs: index * 10_000, vertices: {} }));
  const nowMs = 2_100_000;

  test.each([5, 6, 10, 25, 100, 210])('%i of them: the first, the last, evenly in between', (count) => {
    const times = thinnedSamples(samples, count, nowMs, 4).map(({ atMs }) => atMs);
    expect(times).toHaveLength(count);
    expect(new Set(times).size).toBe(count);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect([times[0], times.at(-1)]).toEqual([0, nowMs]);
  });

  test.each([4, 5, 7, 20])('of the newest minutes one more than a demand takes, also of %i', (count) => {
    const times = thinnedSamples(samples, count, nowMs, 4).map(({ atMs }) => atMs);
    expect(times).toHaveLength(count);
    expect(times.filter((atMs) => atMs > nowMs - 150_000)).toHaveLength(4);
  });

  test('of means over the window, all of it evenly', () => {
    const times = thinnedSamples(samples, 22, nowMs, 1).map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(gaps).toEqual(gaps.map(() => 100_000));
  });

  test('all of them where there is room', () => expect(thinnedSamples(samples, 211, nowMs, 4)).toBe(samples));
});
