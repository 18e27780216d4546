import { describe, expect, test } from '@jest/globals';
import { averageOf, rateOf, roundHalfUp, roundUp } from '../../../core/autoscaler/statistics.ts';

const series = (...values: readonly number[]) => values.map((value, index) => ({ atMs: 1000 * (index + 1), value }));
const { NaN: none } = Number;

describe('rates as ScalingMetricEvaluatorTest.getRateTest has them', () => {
  test.each([
    ['first to last', series(0, 0, 4), 2],
    ['over what is known', series(none, 10, 20), 10],
    ['none from one value', series(none, none, 1), none],
    ['none from nothing', series(), none],
    ['counted per millisecond at least', [...series(0), { atMs: 1000, value: 1 }], 1000],
  ])('%s', (_name, values, rate) => {
    expect(rateOf(values)).toBe(rate);
  });
});

describe('averages as ScalingMetricEvaluator.getAverage takes them', () => {
  test.each([
    ['of what is finite', [1, none, 3, Infinity], 1, 2],
    ['infinite where only that is known', [none, Infinity], 1, Infinity],
    ['unknown without values', [none], 1, none],
    ['unknown with too few', [1], 2, none],
  ])('%s', (_name, values, least, average) => {
    expect(averageOf(values, least)).toBe(average);
  });
});

test.each([
  [1.0005, 1.001],
  [-1.0005, -1.001],
  [0.0004, 0],
  [1e21, 1e21],
  [Infinity, Infinity],
  [1e-9, 0],
])('%p is rounded to %p as BigDecimal HALF_UP with three decimals', (value, rounded) => {
  expect(roundHalfUp(value)).toBe(rounded);
});

test.each([
  [0.5, 0.5],
  [0.651, 0.66],
  [0.65, 0.65],
])('%p is rounded up to %p as BigDecimal CEILING with two decimals', (value, rounded) => {
  expect(roundUp(value, 2)).toBe(rounded);
});
