/** Feature `capacity`: what was measured of a vertex at other parallelisms, and the steps that it saves. */
import { describe, expect, test } from '@jest/globals';
import { capacityExponent, learnCapacity, parallelismFactor } from '../../../core/autoscaler/capacity-curve.ts';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { CapacityPoint } from '../../../core/autoscaler/memory.ts';
import type { Feature } from '../../../core/autoscaler/policy.ts';
import { inputOf, minute, workOf, type Load } from './jobs.ts';

const windowMs = 15 * minute;
const day = 24 * 60 * minute;

const point = (parallelism: number, recordsPerSecond: number, atMs = 0): CapacityPoint => ({
  parallelism,
  recordsPerSecond,
  measured: 1,
  atMs,
});

const measured = (trueRate: number, load = 0.8) => ({ parallelism: 4, trueRate, load });

describe('what a window says of a parallelism', () => {
  test('is kept, and later ones count for three parts in ten', () => {
    const first = learnCapacity([], measured(1000), 0, windowMs);
    expect(first).toEqual([point(4, 1000)]);
    expect(learnCapacity(first, measured(2000), windowMs, windowMs)).toEqual([
      { parallelism: 4, recordsPerSecond: 1300, measured: 2, atMs: windowMs },
    ]);
  });

  test.each([
    ['counts once', measured(2000), windowMs - 1],
    ['says nothing of a vertex that was hardly busy', measured(2000, 0.29), windowMs],
    ['says nothing where the rate is not known', measured(Infinity), windowMs],
  ])('%s', (_what, now, atMs) => {
    const known = [point(4, 1000)];
    expect(learnCapacity(known, now, atMs, windowMs)).toBe(known);
  });

  test('is forgotten after a week, and of twenty the oldest goes', () => {
    const known = Array.from({ length: 20 }, (_, at) => point(at + 5, 1000, at * minute));
    const learned = learnCapacity(known, measured(1000), day, windowMs);
    expect(learned.map(({ parallelism }) => parallelism)).toEqual([4, ...known.slice(1).map((one) => one.parallelism)]);
    expect(learnCapacity(known, measured(1000), 8 * day, windowMs)).toHaveLength(1);
  });
});

/** Four subtasks do 400/s now; a point that says so much of ε in rate ∝ parallelism^ε. */
const telling = (exponent: number) => (parallelism: number) => point(parallelism, 400 * (parallelism / 4) ** exponent);

describe('the exponent of rate ∝ parallelism^ε', () => {
  test.each<[string, readonly CapacityPoint[], number]>([
    ['is 1 where nothing else was measured', [], 1],
    ['is that of the points', [1, 2, 8].map(telling(0.8)), 0.8],
    ['is the median of what they say', [telling(0.7)(1), telling(0.95)(2), telling(0.8)(8)], 0.8],
    ['is 0.6 at least, whatever one bad measurement says', [telling(0.02)(2)], 0.6],
    ['is 1 at most', [telling(5)(2)], 1],
    ['is not told by a point beside it', [telling(0.7)(4.5)], 1],
  ])('%s', (_what, points, exponent) => expect(capacityExponent(points, measured(400))).toBeCloseTo(exponent));

  test('makes a step up larger, and none down', () => {
    expect(parallelismFactor(2, 0.8)).toBeCloseTo(2 ** 1.25);
    expect(parallelismFactor(0.5, 0.8)).toBe(0.5);
  });
});

describe('a vertex that gains little by parallelism', () => {
  /** 900/s come in, 700/s are processed with 4 subtasks; with 2 it were 431/s: ε = 0.7. */
  const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };

  function grownBy(...without: Feature[]): number | undefined {
    const input = inputOf(tooMuch, 12 * minute, { profile: 'drey', without });
    const memory = { ...input.memory, capacity: { work: [point(2, 700 / 2 ** 0.7)] } };
    return workOf(decide({ ...input, memory }));
  }

  test('has what it takes in one step, for what it did with fewer is remembered', () => {
    // 1313/s of 700/s, as without: (1313 / 700)^(1 / 0.7) · 4 = 9.8, where a line says 7.5.
    expect([grownBy(), grownBy('capacity')]).toEqual([10, 8]);
  });
});
