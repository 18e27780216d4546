/** Feature `cost`: whether a scale-up is worth its pause, and how long a scale-down waits. */
import { describe, expect, test } from '@jest/globals';
import type { VertexScaling } from '../../../core/autoscaler/memory.ts';
import { isWorthScalingUp, patience } from '../../../core/autoscaler/rescale-cost.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('a scale-up', () => {
  const falling = { targetRate: 1000, trueRate: 1000, lagShare: 0 };

  test.each([
    ['of a job that keeps up is worth nothing', falling, minute, false],
    // In ten minutes it is 60 s behind, which the pause is, too.
    ['that is due for a tenth of the load is not', { ...falling, targetRate: 1100 }, minute, false],
    // 120 s behind, and two minutes are late for many.
    ['that is due for a fifth is', { ...falling, targetRate: 1200 }, minute, true],
    ['is not, where its pause is longer than that', { ...falling, targetRate: 1200 }, 3 * minute, false],
    ['is, where that much waits already', { ...falling, lagShare: 100_000 }, minute, true],
  ])('%s', (_what, seen, restartMs, isWorth) => expect(isWorthScalingUp(seen, restartMs)).toBe(isWorth));
});

const scaled = (atMs: number, from: number, to: number): VertexScaling => ({
  atMs,
  from,
  to,
  trueRate: 1,
  expectedRate: 1,
  targetRate: 1,
});

describe('a scale-down waits', () => {
  const nowMs = 48 * hour;
  const regret = (atMs: number) => [scaled(atMs - hour, 8, 4), scaled(atMs, 4, 8)];

  test.each<[string, readonly VertexScaling[], number]>([
    ['as long as usual', [], 1],
    ['as long as usual after one that was not undone', [scaled(nowMs - 10 * hour, 8, 4)], 1],
    ['twice as long soon after another one', [scaled(nowMs - hour, 8, 4)], 2],
    ['twice as long after one that had to be undone', regret(nowMs - 10 * hour), 2],
    ['as long as usual a day after that', regret(nowMs - 25 * hour), 1],
    [
      'as long as usual after one that was undone much later',
      [scaled(nowMs - 20 * hour, 8, 4), scaled(nowMs - 10 * hour, 4, 8)],
      1,
    ],
    ['eight times as long at most', [20, 16, 12, 8, 4].flatMap((ago) => regret(nowMs - ago * hour)), 8],
  ])('%s', (_what, history, times) => expect(patience({ scalings: { work: history } }, nowMs)).toBe(times));
});
