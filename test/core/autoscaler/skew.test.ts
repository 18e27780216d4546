/** Uneven subtasks: what share of the work is bound to one of them, and what more of them would help. */
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { Feature } from '../../../core/autoscaler/policy.ts';
import { boundShare, evenedParallelism, skewOf } from '../../../core/autoscaler/skew.ts';
import { inputOf, minute, workOf, type Load } from './jobs.ts';

describe('the share of all work that is bound to one subtask', () => {
  test.each([
    ['of even subtasks is nothing', 1, 4, 0],
    ['is nothing below what chance does', 1.39, 4, 0],
    // One is busy for twice the mean of four: h + (1 − h) / 4 = 2 / 4.
    ['follows from the busiest and the mean', 2, 4, 1 / 3],
    ['is all where one does everything', 4, 4, 1],
    ['is nothing of a single one', 3, 1, 0],
  ])('%s', (_what, skew, parallelism, share) => expect(boundShare(skew, parallelism)).toBeCloseTo(share));
});

describe('the parallelism by which the busiest has so many times room', () => {
  test.each<[string, number, number, number, number | undefined]>([
    ['is the factor where nothing is bound', 4, 2, 0, 8],
    // (1/3 + 2/3 / 4) / 1.2 − 1/3 = 1/12 is left of the other 2/3.
    ['is more where a part is', 4, 1.2, 1 / 3, 8],
    ['is none where what is bound is too much alone', 4, 1.5, 1 / 3, undefined],
  ])('%s', (_what, parallelism, factor, bound, even) => {
    expect(evenedParallelism(parallelism, factor, bound)).toBe(even);
  });
});

/** 900/s come in, 700/s are processed. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };

/** One subtask of `work` is busy all the time, and the mean of them for that share. */
function uneven(mean: number, ...without: Feature[]): AutoscalerInput {
  const input = inputOf(tooMuch, 12 * minute, { profile: 'drey', without });
  const busyMsPerSecond = { min: 0, max: 1000, avg: 1000 * mean, sum: 4000 * mean };
  const samples = input.samples.map((sample) => {
    const work = { ...sample.vertices['work'], busyMsPerSecond };
    return { ...sample, vertices: { ...sample.vertices, work } };
  });
  return { ...input, samples };
}

describe('a vertex with a hot key', () => {
  test('is seen by its busiest subtask and their mean', () => {
    expect(skewOf(uneven(0.5).samples, 'work')).toBeCloseTo(2);
    expect(skewOf(uneven(1).samples, 'work')).toBe(1);
    expect(skewOf([], 'work')).toBe(1);
  });

  test('is named, and gets no more subtasks that would hardly help', () => {
    const decision = decide(uneven(0.5));
    const text = '"work": 33.3 % of its work is bound to one subtask: more of them hardly help.';
    expect(decision).toMatchObject({ action: 'none', reasons: [{ code: 'SKEWED', text }] });
  });

  test('gets as many as anybody without that part', () => {
    expect(workOf(decide(uneven(0.5, 'bottleneck')))).toBe(8);
    expect(workOf(decide(uneven(1)))).toBe(8);
  });
});
