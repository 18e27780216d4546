import { describe, expect, test } from '@jest/globals';
import { restartTimeMs, trackRestart } from '../../../core/autoscaler/restart-time.ts';
import { targetCapacity, thresholdsFor } from '../../../core/autoscaler/target-capacity.ts';
import { options, vertex } from './fixtures.ts';

const bounds = { utilizationTarget: 0.8, utilizationMax: 0.9, utilizationMin: 0.7 };
const second = 1000;
const minute = 60_000;

describe('thresholds as ScalingMetricEvaluatorTest has them', () => {
  test.each([
    ['catch-up 0: restarts do not count', 0, second, 0, false, [778, 1000]],
    ['catch-up 2 s, with lag', 2 * second, second, 350, false, [1128, 1700]],
    ['catch-up 2 s, without lag', 2 * second, second, 0, false, [778, 1350]],
    ['a backlog with lag', 2 * second, second, 350, true, [1050, Infinity]],
    ['a backlog all but worked off', 2 * second, second, 0, true, [700, Infinity]],
    ['a tracked restart of 5 min, catch-up 0', 0, 5 * minute, 0, false, [778, 1000]],
    ['a tracked restart, with lag', minute, 5 * minute, 350, false, [1128, 4850]],
    ['a tracked restart, without lag', minute, 5 * minute, 0, false, [778, 4500]],
    ['a tracked restart, in a backlog', minute, 5 * minute, 350, true, [1050, Infinity]],
  ])('%s', (_name, catchUpMs, restartMs, catchUpRate, isBacklog, [up, down]) => {
    const settings = options({ ...bounds, catchUpMs });
    expect(thresholdsFor({ targetRate: 700, catchUpRate }, isBacklog, restartMs, settings)).toEqual({ up, down });
  });

  test('without min and max, the boundary counts on both sides', () => {
    const settings = options({ catchUpMs: 0 });
    const thresholds = thresholdsFor({ targetRate: 700, catchUpRate: 0 }, false, minute, settings);
    expect(thresholds).toEqual({ up: 700, down: 1750 });
  });
});

test.each([
  ['a utilisation of nothing takes everything', 0, 100, 0, Infinity],
  ['more than one counts as one: 100 + 100·300/1800', 1.2, 100, 0, 117],
  ['the defaults: 100/0.7 + 100·300/1800 + 10', 0.7, 100, 10, 170],
  ['unknown target', 0.7, Number.NaN, 10, Number.NaN],
  ['unknown catch-up', 0.7, 100, Number.NaN, Number.NaN],
])('capacity: %s', (_name, utilization, targetRate, catchUpRate, capacity) => {
  expect(targetCapacity({ targetRate, catchUpRate }, utilization, 5 * minute, options())).toBe(capacity);
});

const scaling = (restartMs?: number) => ({
  atMs: 0,
  decision: 'd',
  to: { v: 2 },
  ...(restartMs ? { restartMs } : {}),
});

const job = (parallelism: number, runningSinceMs: number) => ({
  id: 'j',
  name: 'j',
  state: 'RUNNING',
  runningSinceMs,
  vertices: [vertex('v', [], { parallelism })],
});

describe('restart time as ScalingTracking has it', () => {
  test.each([
    ['not tracked', false, [3 * minute, 4 * minute], 5 * minute],
    ['the longest', true, [3 * minute, 4 * minute], 4 * minute],
    ['up to the limit', true, [20 * minute], 15 * minute],
    ['none seen', true, [undefined], 5 * minute],
  ])('%s', (_name, restartTracking, seen, expected) => {
    expect(restartTimeMs(seen.map(scaling), options({ restartTracking }))).toBe(expected);
  });

  test.each([
    ['once the job runs with what was asked for', job(2, 7000), 7000],
    ['not while it has another parallelism', job(1, 7000), undefined],
  ])('is noted %s', (_name, seen, restartMs) => {
    expect(trackRestart([scaling()], seen)[0]?.restartMs).toBe(restartMs);
  });

  test('is noted once', () => {
    expect(trackRestart([scaling(1000)], job(2, 7000))[0]?.restartMs).toBe(1000);
  });
});
