import { describe, expect, test } from '@jest/globals';
import { judgeVertex } from '../../../core/autoscaler/judge-vertex.ts';
import type { DelayedScaleDown, VertexScaling } from '../../../core/autoscaler/memory.ts';
import type { OperatorOptions } from '../../../core/autoscaler/options.ts';
import { rulesOf } from '../../../core/autoscaler/rules.ts';
import { scalingCoefficient } from '../../../core/autoscaler/scaling-coefficient.ts';
import type { JobVertex } from '../../../core/autoscaler/samples.ts';
import { evaluated, options } from './fixtures.ts';

type Rates = readonly [parallelism: number, target: number, trueRate: number];

/** The settings of JobVertexScalerTest. */
const base = { scaleDownMaxFactor: 1, scaleUpMaxFactor: 2_147_483_647, catchUpMs: 0, scaleDownIntervalMs: 0 };
const u = (utilizationTarget: number) => ({ utilizationTarget });

interface Given {
  readonly history?: readonly VertexScaling[];
  readonly delayed?: DelayedScaleDown;
  readonly nowMs?: number;
  readonly profile?: 'flink-operator-1.15' | 'flink-operator-main';
  readonly vertex?: Partial<JobVertex>;
}

function judged(rates: Rates, other: Partial<OperatorOptions>, given: Given = {}) {
  const settings = options({ ...base, ...other });
  return judgeVertex({
    evaluated: evaluated(rates, settings, given.vertex),
    options: settings,
    rules: rulesOf[given.profile ?? 'flink-operator-1.15'],
    bounds: { min: settings.minParallelism, max: settings.maxParallelism },
    history: given.history ?? [],
    delayed: given.delayed,
    restartMs: settings.restartMs,
    nowMs: given.nowMs ?? 0,
  });
}

const to = (parallelism: number, outside: boolean) => expect.objectContaining({ parallelism, outside });
const notHash = { inputs: [{ id: 'u', shipStrategy: 'REBALANCE' }] };

describe('JobVertexScalerTest.testParallelismScaling', () => {
  test.each([
    [[10, 50, 100], u(1), to(5, true)],
    [[10, 50, 100], u(0.8), to(8, false)],
    [[10, 80, 100], u(0.8), undefined],
    [[10, 60, 100], u(0.8), to(8, false)],
    [[10, 59, 100], u(0.8), to(8, false)],
    [[2, 100, 40], u(0.5), to(10, true)],
    [[2, 100, 100], u(0.6), to(4, true)],
    [[10, 10, 100], { ...u(1), scaleDownMaxFactor: 0.5 }, to(5, true)],
    [[10, 10, 100], { ...u(1), scaleDownMaxFactor: 0.6 }, to(4, true)],
    [[10, 200, 10], { ...u(1), scaleUpMaxFactor: 0.5 }, to(15, true)],
    [[10, 200, 10], { ...u(1), scaleUpMaxFactor: 0.6 }, to(16, true)],
  ] as const)('%j %j', (rates, settings, change) => {
    expect(judged(rates, settings).change).toEqual(change);
  });
});

describe('JobVertexScalerTest.testMinParallelismLimitIsUsed, testMaxParallelismLimitIsUsed', () => {
  test.each([
    [[10, 100, 500], { minParallelism: 5 }, to(5, true)],
    [[4, 100, 500], { minParallelism: 5 }, undefined],
    [[10, 500, 100], { ...u(1), maxParallelism: 10 }, undefined],
    [[12, 500, 100], { ...u(1), maxParallelism: 10 }, undefined],
  ] as const)('%j %j', (rates, settings, change) => {
    expect(judged(rates, settings, { vertex: notHash }).change).toEqual(change);
  });
});

describe('delayed scale-down', () => {
  const waiting = { ...u(1), scaleDownIntervalMs: 60_000 };

  /** Judges one after another, each with what the one before left. */
  function oneAfterAnother(steps: readonly (readonly [atMs: number, rates: Rates])[]) {
    let delayed: DelayedScaleDown | undefined;
    return steps.map(([nowMs, rates]) => {
      const one = judged(rates, waiting, { nowMs, vertex: notHash, ...(delayed ? { delayed } : {}) });
      delayed = one.delayed;
      return { change: one.change, waits: delayed !== undefined };
    });
  }

  test('JobVertexScalerTest.testScaleDownAfterInterval: the largest wish of the interval counts', () => {
    const steps = oneAfterAnother([
      [0, [100, 800, 1000]],
      [10_000, [100, 900, 1000]],
      [40_000, [100, 720, 1000]],
      [59_000, [100, 640, 1000]],
      [60_000, [100, 700, 1000]],
    ]);
    expect(steps.map(({ change }) => change)).toEqual([undefined, undefined, undefined, undefined, to(90, false)]);
  });

  test('a wish that is older than the interval does not count any more', () => {
    const steps = oneAfterAnother([
      [0, [100, 900, 1000]],
      [60_001, [100, 500, 1000]],
    ]);
    expect(steps.at(-1)?.change).toEqual(to(50, true));
  });

  test('JobVertexScalerTest.testImmediateScaleUpWithinScaleDownInterval', () => {
    const steps = oneAfterAnother([
      [0, [100, 800, 1000]],
      [10_000, [100, 900, 1000]],
      [12_000, [100, 1700, 1000]],
    ]);
    expect(steps.at(-1)).toEqual({ change: to(170, true), waits: false });
  });

  test('JobVertexScalerTest.testCancelDelayedScaleDownAfterNewParallelismIsSame', () => {
    const steps = oneAfterAnother([
      [0, [100, 800, 1000]],
      [10_000, [100, 1000, 1000]],
    ]);
    expect(steps).toEqual([
      { change: undefined, waits: true },
      { change: undefined, waits: false },
    ]);
  });
});

const scaling = (from: number, target: number, trueRate: number, expectedRate: number): VertexScaling => ({
  atMs: 0,
  from,
  to: target,
  trueRate,
  expectedRate,
  targetRate: 100,
});

describe('JobVertexScalerTest.testIneffectiveScalingDetection', () => {
  const first = scaling(5, 10, 50, 100);
  const both = [first, scaling(10, 20, 90, 180)];
  const detects = { ...u(1), effectivenessDetection: true };
  const notDetecting = { ...u(1), effectivenessDetection: false };

  test.each([
    ['effective to 80 %', [10, 180, 90], detects, [first], to(20, true)],
    ['90 to 94 instead of 180', [20, 180, 94], detects, both, undefined],
    ['less than 10 % still', [20, 180, 98], detects, both, undefined],
    ['another parallelism than the last scaling’s', [10, 180, 90], detects, both, to(20, true)],
    ['over 10 %', [20, 180, 100], detects, both, to(36, true)],
    ['detection is off', [20, 180, 90], notDetecting, both, to(40, true)],
    ['a scale-down is allowed', [20, 45, 90], detects, both, to(10, true)],
  ] as const)('%s', (_name, rates, settings, history, change) => {
    expect(judged(rates, settings, { history, vertex: notHash }).change).toEqual(change);
  });

  test('it is told where it is not heeded, with what was expected and gained', () => {
    const { reasons } = judged([20, 180, 95], notDetecting, { history: both, vertex: notHash });
    expect(reasons).toContainEqual({
      code: 'INEFFECTIVE_SCALING',
      text: 'The last scale-up should have gained 90/s, and gained 5/s.',
    });
  });
});

describe('EXPECTED_PROCESSING_RATE (FLINK-39743)', () => {
  const max = { ...u(1), maxParallelism: 15 };
  test.each([
    ['flink-operator-1.15', 200],
    ['flink-operator-main', 150],
  ] as const)('%s expects %i/s of a scaling that was limited to 15', (profile, rate) => {
    expect(judged([10, 200, 100], max, { profile, vertex: notHash }).expectedRate).toBe(rate);
  });
});

describe('what is not known', () => {
  test.each([
    ['a rate that cannot be known', [10, 100, Number.NaN]],
    ['a target that cannot be known', [10, Number.NaN, 100]],
  ] as const)('%s changes nothing, and lets a scale-down wait on', (_name, rates) => {
    const delayed = { sinceMs: 0, wishes: [] };
    const one = judged(rates, {}, { delayed });
    expect([one.change, one.delayed, one.reasons[0]?.code]).toEqual([undefined, delayed, 'RATE_UNKNOWN']);
  });

  test('with nothing to do, a vertex shrinks as far as one step may', () => {
    expect(judged([10, 0, Infinity], { scaleDownMaxFactor: 0.6 }, { vertex: notHash }).recommended).toBe(4);
  });
});

const point = (from: number, trueRate: number): VertexScaling => ({
  atMs: 0,
  from,
  to: from,
  trueRate,
  expectedRate: 0,
  targetRate: 0,
});

describe('observed scalability (JobVertexScaler.calculateObservedScalingCoefficient)', () => {
  const settings = options({ observedScalability: true });

  test.each([
    ['linear', [point(1, 100), point(2, 200), point(4, 400)], 1],
    ['too few', [point(1, 100), point(2, 100)], 1],
    [
      'a little less than linear: 100 + 360 + 1200 over 21 · 100, up',
      [point(1, 100), point(2, 180), point(4, 300)],
      0.8,
    ],
    ['never less than the minimum', [point(1, 100), point(8, 100), point(16, 100)], 0.5],
    ['never more than linear', [point(1, 100), point(2, 300), point(4, 900)], 1],
    ['the newest of the smallest counts', [point(2, 400), point(2, 200), point(4, 400)], 1],
    ['an unknown rate', [point(1, 100), point(2, Number.NaN), point(4, 400)], 1],
  ])('%s', (_name, history, coefficient) => {
    expect(scalingCoefficient(history, settings)).toBe(coefficient);
  });
});
