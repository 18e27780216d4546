import { expect, test } from '@jest/globals';
import type { JobSample } from '../../../core/autoscaler/samples.ts';
import { withSample } from '../../../core/autoscaler-agent/kept-samples.ts';

const keepMs = 2_400_000;

function kept(times: readonly number[]): number[] {
  let samples: readonly JobSample[] = [];
  for (const atMs of times) samples = withSample(samples, { atMs, vertices: {} }, keepMs);
  return samples.map(({ atMs }) => atMs);
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, index) => index * ms);

test('all are kept that come at the usual pace, as long as they are wanted', () => {
  expect(kept(every(10_000, 500))).toEqual(every(10_000, 500).slice(-241));
});

test('of those that come quickly, so many that a window has no more of them', () => {
  const times = kept(every(1_000, 5_000));
  expect(times.length).toBeLessThanOrEqual(242);
  expect(times.length).toBeGreaterThan(200);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(11_000);
});

test('the newest is always there', () => {
  for (const count of [1, 2, 3, 17, 100]) expect(kept(every(1_000, count)).at(-1)).toBe((count - 1) * 1_000);
});

test('one that comes late takes the place of those that are newer: clocks may be set back', () => {
  expect(kept([0, 10_000, 20_000, 5_000])).toEqual([0, 5_000]);
});
