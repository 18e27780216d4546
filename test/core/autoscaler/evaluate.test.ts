import { describe, expect, test } from '@jest/globals';
import type { Collected } from '../../../core/autoscaler/collected.ts';
import { outputRatio } from '../../../core/autoscaler/edges.ts';
import { chooseTrueRate, evaluate } from '../../../core/autoscaler/evaluate.ts';
import { jobAverage, jobNewest, memoryPressure } from '../../../core/autoscaler/memory-pressure.ts';
import { rulesOf } from '../../../core/autoscaler/rules.ts';
import { collected, options, vertex } from './fixtures.ts';

const source = vertex('source');
const sink = vertex('sink', ['source']);
const counts = (recordsIn: number, recordsOut = Number.NaN) => ({ recordsIn, recordsOut });
const sample = (atMs: number, observedRate: number) =>
  collected(atMs, { source: { observedRate, recordsIn: 35 * (atMs / 1000), load: 0.1, lag: 0 } });
const main = rulesOf['flink-operator-main'];
const old = rulesOf['flink-operator-1.15'];

function evaluatedOf(history: readonly Collected[], settings = options(), rules = main, vertices = [source, sink]) {
  const window = evaluate(vertices, history, 0, settings, rules);
  return Object.fromEntries((window?.vertices ?? []).map((one) => [one.vertex.id, one]));
}

describe('ScalingMetricEvaluatorTest.testLagBasedSourceScaling', () => {
  const growing = [
    collected(1000, {
      source: { lag: 950, recordsIn: 0, recordsOut: 0, load: 0.8 },
      sink: { recordsIn: 0, load: 0.4 },
    }),
    collected(2000, {
      source: { lag: 1000, recordsIn: 100, recordsOut: 200, load: 0.6 },
      sink: { recordsIn: 200, load: 0.3 },
    }),
  ];

  test.each([
    [2000, 500, 1000],
    [1000, 1000, 2000],
    [0, 0, 0],
  ])('catch-up of %i ms: %i/s for the source, %i/s for the sink', (catchUpMs, atSource, atSink) => {
    const seen = evaluatedOf(growing, options({ catchUpMs }));
    expect(seen['source']).toMatchObject({ load: 0.7, targetRate: 150, catchUpRate: atSource, lag: 1000 });
    expect(seen['sink']).toMatchObject({ load: 0.35, targetRate: 300, catchUpRate: atSink, lag: Number.NaN });
  });

  test('without lag, what is read is what comes in', () => {
    const steady = [
      collected(3000, { source: { lag: 0, recordsIn: 100, load: 0.6 }, sink: { recordsIn: 200, load: 0.3 } }),
      collected(4000, { source: { lag: 0, recordsIn: 200, load: 0.6 }, sink: { recordsIn: 400, load: 0.3 } }),
    ];
    const seen = evaluatedOf(steady);
    expect([seen['source']?.targetRate, seen['sink']?.targetRate]).toEqual([100, 200]);
  });

  test('what comes in must be known', () => {
    expect(evaluate([source], growing.slice(0, 1), 0, options(), main)).toBeUndefined();
  });
});

describe('ScalingMetricEvaluatorTest.testBacklogProcessingEvaluation', () => {
  test.each([
    ['no lag', 0, 100, false],
    ['more than five minutes at 200/s', 250 * 300, 200, true],
    ['less than five minutes at 200/s', 180 * 300, 200, false],
    ['lag of which nothing is read', 1, 0, true],
  ])('%s', (_name, lag, recordsIn, isBacklog) => {
    const history = [
      collected(0, { source: { lag: 0, recordsIn: 0 } }),
      collected(1000, { source: { lag, recordsIn } }),
    ];
    expect(evaluate([source], history, 0, options(), main)?.isBacklog).toBe(isBacklog);
  });
});

const choose = (rate: number, busyMs: number, observed: number, threshold = 0.15) =>
  chooseTrueRate(rate, busyMs, observed, { observedRateSwitchThreshold: threshold });
const none = Number.NaN;

test.each([
  ['testObservedTprEvaluation: 350 is within 20 % of 300', choose(35, 100, 300, 0.2), 350],
  ['testObservedTprEvaluation: and not within 10 %', choose(35, 100, 300, 0.1), 300],
  ['testMissingObservedTpr', choose(35, 100, none), 350],
  ['testMissingObservedTpr: never busy', choose(100, 0, none), Infinity],
  ['testMissingObservedTpr: nothing known', choose(none, none, none), none],
  ['testMissingBusyTimeTpr', choose(1, none, 300), 300],
  ['testZeroValuesForRatesOrBusyness', choose(0, 0, none), Infinity],
  ['testZeroValuesForRatesOrBusyness: nothing comes in', choose(0, none, none), Infinity],
])('%s', (_name, rate, expected) => {
  expect(rate).toBe(expected);
});

describe('the rate of a vertex that is always busy', () => {
  test('observations count from two on', () => {
    const two = evaluatedOf([sample(1000, 200), sample(2000, 400)], options(), main, [source]);
    const one = evaluatedOf([sample(1000, Number.NaN), sample(2000, 300)], options(), main, [source]);
    expect([two['source']?.trueRate, one['source']?.trueRate]).toEqual([300, 350]);
  });
});

describe('ScalingMetricEvaluatorTest.testBusyTimeEvaluation', () => {
  const history = [
    collected(1000, { source: { load: 0.2, accumulatedBusyMs: 10_000, recordsIn: 0, lag: 0 } }),
    collected(2000, { source: { load: 0.3, accumulatedBusyMs: 10_200, recordsIn: 10, lag: 0 } }),
    collected(3000, { source: { load: 0.4, accumulatedBusyMs: 10_400, recordsIn: 20, lag: 0 } }),
  ];
  test.each([
    ['MAX', 2, 0.3],
    ['MIN', 2, 0.3],
    ['AVG', 2, 0.1],
    ['AVG', 1, 0.2],
  ] as const)('%s with parallelism %i', (busyAggregator, parallelism, load) => {
    const seen = evaluatedOf(history, options({ busyAggregator }), main, [{ ...source, parallelism }]);
    expect(seen['source']?.load).toBeCloseTo(load, 12);
  });
});

describe('FLINK-39306: the rate above the busy time is taken as the busy time is', () => {
  const history = [
    collected(1000, {
      source: { recordsIn: 0, lag: 0, load: 0.5 },
      sink: { recordsIn: 0, inPerSecond: 80, load: 0.5 },
    }),
    collected(2000, {
      source: { recordsIn: 100, lag: 0, load: 0.5 },
      sink: { recordsIn: 100, inPerSecond: 120, load: 0.3 },
    }),
    collected(3000, {
      source: { recordsIn: 200, lag: 0, load: 0.5 },
      sink: { recordsIn: 180, inPerSecond: 100, load: 0.4 },
    }),
  ];
  test.each([
    ['flink-operator-main: the gauge', main, 100 / 0.4],
    ['flink-operator-1.15: the counter', old, 90 / 0.4],
  ])('%s', (_name, rules, rate) => {
    expect(evaluatedOf(history, options(), rules)['sink']?.trueRate).toBeCloseTo(rate, 9);
  });
});

describe('output ratios', () => {
  const one = vertex('one');
  const two = vertex('two');

  test('ScalingMetricEvaluatorTest.testComputableOutputRatios', () => {
    const join = vertex('join', ['one', 'two']);
    const end = vertex('end', ['join']);
    const history = [
      collected(1000, { one: counts(100, 100), two: counts(100, 100), join: counts(100), end: counts(100) }),
      collected(2000, { one: counts(200, 300), two: counts(200, 150), join: counts(350), end: counts(150) }),
    ];
    const ratio = (from: typeof one, to: typeof one) => outputRatio(from, to, [one, two, join, end], history);
    expect([ratio(one, join), ratio(two, join), ratio(join, end)]).toEqual([2, 0.5, 0.2]);
  });

  test('ScalingMetricEvaluatorTest.testOutputRatioFallbackToOutPerSecond', () => {
    const left = vertex('left', ['one', 'two']);
    const right = vertex('right', ['one', 'two']);
    const history = [
      collected(1000, { one: counts(0, 0), two: counts(0, 0) }),
      collected(2000, { one: counts(100, 200), two: counts(100, 50) }),
    ];
    const ratio = (from: typeof one, to: typeof one) => outputRatio(from, to, [one, two, left, right], history);
    expect([ratio(one, left), ratio(two, left), ratio(one, right), ratio(two, right)]).toEqual([2, 0.5, 2, 0.5]);
  });

  test('nothing that comes in sends nothing on', () => {
    const history = [
      collected(0, { source: counts(5), sink: counts(0) }),
      collected(1, { source: counts(5), sink: counts(9) }),
    ];
    expect(outputRatio(source, sink, [source, sink], history)).toBe(0);
  });
});

describe('memory', () => {
  const history = [
    collected(0, {}, { heapUsage: 0.5, gcPressure: 0.6, heapUsed: 512 }),
    collected(1, {}, { heapUsage: 0.7, gcPressure: 0.8, heapUsed: 1024, slotsUsed: 42 }),
  ];

  test('ScalingMetricEvaluatorTest.testGlobalMetricEvaluation: means of memory, the newest of the rest', () => {
    expect([jobAverage(history, 'heapUsage'), jobAverage(history, 'heapUsed')]).toEqual([0.6, 768]);
    expect([jobNewest(history, 'gcPressure'), jobNewest(history, 'slotsUsed')]).toEqual([0.8, 42]);
  });

  test.each([
    ['the defaults hold nothing', {}, undefined],
    ['garbage collection above its threshold', { gcPressureThreshold: 0.7 }, 'MEMORY_PRESSURE'],
    ['heap above its threshold', { heapUsageThreshold: 0.55 }, 'MEMORY_PRESSURE'],
    ['heap at its threshold', { heapUsageThreshold: 0.6 }, undefined],
  ])('%s', (_name, settings, code) => {
    expect(memoryPressure(history, options(settings))?.code).toBe(code);
  });
});
