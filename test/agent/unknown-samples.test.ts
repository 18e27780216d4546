/** Samples that have overtaken the record of their job wait a short while, and within a bound. */
import { expect, test } from '@jest/globals';
import { UnknownSamples } from '../../agent/unknown-samples.ts';
import type { MetricSample } from '../../core/metrics/sample.ts';

const sample = (uid: string): MetricSample => ({ uid, vertex: '', metric: 'lag', atMs: 1, value: 1 });
const [known, unknown] = [sample('known'), sample('new')];

test('only those of unknown jobs are kept, and brought again once, when it is time', () => {
  const samples = new UnknownSamples(10_000);
  expect(samples.due(0)).toEqual([]);
  expect(samples.keep([known, unknown], ['new'], 0)).toBe(1);
  expect(samples.due(9_999)).toEqual([]);
  expect(samples.due(10_000)).toEqual([unknown]);
  expect(samples.due(99_999)).toEqual([]);
});

test('those that come meanwhile hold the first ones up no longer', () => {
  const samples = new UnknownSamples(10_000);
  samples.keep([unknown], ['new'], 0);
  samples.keep([sample('new')], ['new'], 9_000);
  expect(samples.due(10_000)).toHaveLength(2);
});

test('a job that stays unknown is given up after a minute', () => {
  const samples = new UnknownSamples(10_000);
  const kept = [0, 10_000, 59_999, 60_000].map((nowMs) => samples.keep([unknown], ['new'], nowMs));
  expect(kept).toEqual([1, 1, 1, 0]);
});

test('many fill no memory', () => {
  const samples = new UnknownSamples(10_000);
  const many = Array.from({ length: 10_001 }, () => sample('new'));
  expect(samples.keep(many, ['new'], 0)).toBe(10_000);
  expect(samples.keep([unknown], ['new'], 1)).toBe(0);
});
