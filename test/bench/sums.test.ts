/** Sums of the benchmarks. */
import { describe, expect, test } from '@jest/globals';
import { columns, lineThrough, percentile, perHour } from './sums.ts';

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [50, 50],
    [99, 99],
    [100, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected);
  });

  test('of few numbers is one of them', () => {
    expect(percentile([3, 1, 2], 99)).toBe(3);
    expect(percentile([7], 50)).toBe(7);
  });

  test('of nothing is no number', () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('a line through points', () => {
  test('has the fixed cost apart from what grows', () => {
    const points = [0, 20, 1_000, 10_000].map((x) => ({ x, y: 118 + 0.25 * x }));
    const { slope, intercept } = lineThrough(points);
    expect(slope).toBeCloseTo(0.25, 9);
    expect(intercept).toBeCloseTo(118, 6);
  });

  test('is flat where the jobs cost nothing', () => {
    expect(
      lineThrough([
        { x: 1, y: 112 },
        { x: 1_000, y: 112 },
      ]),
    ).toEqual({ slope: 0, intercept: 112 });
  });

  test('needs two numbers of jobs', () => {
    expect(lineThrough([{ x: 5, y: 1 }]).slope).toBeNaN();
  });
});

test('counts become hourly', () => {
  expect(perHour(20, 600_000)).toBe(120);
});

test('columns stand below one another', () => {
  expect(
    columns([
      ['what', 'actions'],
      ['a loop', 120.16],
      ['Drey', 0],
    ]),
  ).toBe('what    actions\na loop      120\nDrey          0');
});
