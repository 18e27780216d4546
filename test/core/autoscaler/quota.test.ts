/**
 * How the operator counts what a scaling takes, its oddities and all. Source: `ScalingExecutor.scalingWouldExceedResourceQuota`: whole
 * TaskManagers by integer division, of the slot sharing groups of vertices that change, and only where they become more.
 */
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import { operatorQuota } from '../../../core/autoscaler/quota.ts';
import type { AutoscaledJob } from '../../../core/autoscaler/samples.ts';
import { options, vertex } from './fixtures.ts';
import { inputOf, jobOf, minute } from './jobs.ts';

const ofGroup = (id: string, parallelism: number, slotSharingGroup = 'g') =>
  vertex(id, [], { parallelism, slotSharingGroup });

/** Two slots, one core and one GiB in each TaskManager. */
const job = (...vertices: AutoscaledJob['vertices']): AutoscaledJob => jobOf(1, { vertices });
const one = job(ofGroup('a', 4), ofGroup('b', 4));
const apart = job(ofGroup('a', 4, 'left'), ofGroup('b', 4, 'right'));
const beside = job(ofGroup('a', 4, 'left'), ofGroup('b', 100, 'right'));
const { slotSharingGroup: _none, ...ungrouped } = ofGroup('a', 4);
const { taskManagers: _unknown, ...unsized } = one;

const cores = (quotaCpuCores: number) => ({ quotaCpuCores });
const gibibytes = (count: number) => ({ quotaMemoryBytes: count * 2 ** 30 });

describe('a scaling is held', () => {
  test.each([
    ['by what its TaskManagers take more than the quota', one, { a: 8 }, cores(3.9), 4],
    ['by memory, too', one, { a: 8 }, gibibytes(3.9), 4],
    ['where either is too much', one, { a: 8 }, { ...cores(100), ...gibibytes(3.9) }, 4],
    ['of vertices in one group by the widest', one, { a: 8, b: 6 }, cores(3), 4],
    ['of groups by the sum of their widest', apart, { a: 8, b: 6 }, cores(6), 7],
    ['where one shrinks beside one that grows by more', apart, { a: 12, b: 2 }, cores(6), 7],
  ])('%s', (_, of, to, quota, taskManagers) =>
    expect(operatorQuota(of, to, options(quota))).toEqual({
      code: 'QUOTA_REACHED',
      text: `${taskManagers} TaskManagers would take more than job.autoscaler.quota allows.`,
    }),
  );
});

describe('a scaling is not held', () => {
  test.each<[string, AutoscaledJob, Readonly<Record<string, number>>, object]>([
    ['without a quota', one, { a: 1_000 }, {}],
    ['where it takes the whole quota', one, { a: 8 }, cores(4)],
    ['by the last TaskManager, which is not full: ⌊7/2⌋ is 3, though it takes 4', one, { a: 7 }, cores(3)],
    ['by groups that share no slot, rounded together: ⌊(5+5)/2⌋, not 3 + 3', apart, { a: 5, b: 5 }, cores(5)],
    ['by vertices that stay: 50 TaskManagers do not count', beside, { a: 8, b: 100 }, cores(4)],
    ['where it needs no more than before, however much that is: ⌊5/2⌋ is ⌊4/2⌋', one, { a: 5 }, cores(0)],
    ['where it needs less', one, { a: 2 }, cores(0)],
    ['where what grows takes no more than what shrinks frees', apart, { a: 6, b: 2 }, cores(0)],
    ['where no slot sharing group is known', job(ungrouped), { a: 1_000 }, cores(0)],
    ['where nobody knows what a TaskManager takes', unsized, { a: 1_000 }, cores(0)],
  ])('%s', (_, of, to, quota) => expect(operatorQuota(of, to, options(quota))).toBeUndefined());
});

describe('of a whole decision', () => {
  /** `work` is to have 8 for its 4, and `source` 2. */
  const load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
  const decided = (quotaCpuCores: number, profile: 'flink-operator-1.15' | 'flink-operator-main') =>
    decide(inputOf(load, 20 * minute, { profile }, { quotaCpuCores, scaleDownIntervalMs: 0 }));

  test.each(['flink-operator-1.15', 'flink-operator-main'] as const)('%s cuts nothing: all or none', (profile) => {
    expect(decided(4, profile).parallelism).toEqual({ source: 2, work: 8 });
    expect(decided(3, profile)).toMatchObject({
      action: 'none',
      reasons: [{ code: 'QUOTA_REACHED' }],
      vertices: [
        { recommended: 2, target: 4 },
        { recommended: 8, target: 4 },
      ],
    });
  });
});
