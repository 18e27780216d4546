import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import type { ProfileName } from '../../../core/autoscaler/policy.ts';
import { inOrder, momentsOf } from '../../../core/simulation/recorded-moment.ts';
import { inputOf, minute, type Load } from '../autoscaler/jobs.ts';
import { enough, judgedOf, kept, pastOf, policyOf, scaling, spanOf, tooMuch } from './past.ts';

const profiles: readonly ProfileName[] = ['drey', 'flink-operator-main', 'flink-operator-1.15'];
const loads: readonly [string, Load][] = [
  ['too much', tooMuch],
  ['enough', enough],
  ['next to nothing', { rate: 50, busy: { source: 0.02, work: 0.05 } }],
];

test.each(profiles.flatMap((profile) => loads.map(([name, load]) => [profile, name, load] as const)))(
  '%s decides by what is kept of readings as by the readings: %s',
  (profile, _, load) => {
    const input = inputOf(load, 40 * minute, { profile });
    const samples = input.samples.map((sample) => kept(sample, 4).sample);
    const [by, byKept] = [decide(input), decide({ ...input, samples })];
    expect(byKept).toEqual(by);
    expect(by.vertices).toHaveLength(2);
  },
);

const lastOf = <T>(list: readonly T[]): T => list[list.length - 1] as T;

describe('a policy over the past', () => {
  test('asks for what its window shows at each moment, within its bounds', () => {
    const past = pastOf(spanOf(tooMuch, 0, 30));
    expect(lastOf(judgedOf(past)).decision).toMatchObject({ action: 'scale', parallelism: { work: 8 } });
    expect(lastOf(judgedOf(past, policyOf({ max: 6 }))).decision.parallelism).toMatchObject({ work: 6 });
    expect(judgedOf(past)[0]?.decision.vertices).toEqual([]);
  });

  test('is decided at the parallelism that was measured, whatever it would have been by then', () => {
    const judged = judgedOf(pastOf([...spanOf(tooMuch, 0, 30), ...spanOf({ ...enough, parallelism: 8 }, 31, 30)]));
    const sizes = judged.map(({ job }) => job.vertices[1]?.parallelism);
    expect([sizes[30], sizes[31], lastOf(sizes)]).toEqual([4, 8, 8]);
    expect(lastOf(judged).decision.action).toBe('none');
  });

  test('sees a restart where a counter falls, and judges nothing before the job has settled', () => {
    const [before, after] = [spanOf(enough, 0, 30), spanOf(enough, 31, 30)];
    const judged = judgedOf(pastOf([...before, ...after]));
    expect(judged[30]?.job.runningSinceMs).toBe(0);
    expect(judged[31]?.job.runningSinceMs).toBe(31 * minute);
    expect(judged[31]?.decision.vertices).toEqual([]);
    expect(lastOf(judged).decision.vertices).toHaveLength(2);
  });

  test('carries on what waits to shrink', () => {
    const idle = spanOf({ rate: 50, busy: { source: 0.02, work: 0.05 } }, 0, 50);
    const policy = policyOf({ profile: 'flink-operator-main' });
    const [first, later] = [judgedOf(pastOf(idle), policy)[25], judgedOf(pastOf(idle), policy)[50]];
    const since = first?.decision.memory.delayedScaleDowns['work']?.sinceMs;
    expect(since).toBeLessThan(25 * minute);
    expect(later?.decision.memory.delayedScaleDowns['work']?.sinceMs).toBe(since);
  });

  test('remembers scalings that were carried out, after their moment, and none of its own', () => {
    const moments = [...spanOf(tooMuch, 0, 30), ...spanOf({ ...enough, parallelism: 8 }, 31, 30)];
    const done = scaling(30, 8, { pauseMs: 4_000 });
    const judged = judgedOf(pastOf(moments, { carriedOut: [done] }));
    expect(judged[30]?.decision.memory.jobScalings).toEqual([]);
    expect(judged[31]?.decision.memory.jobScalings).toMatchObject([{ decision: done.id, pauseMs: 4_000 }]);
    expect(lastOf(judgedOf(pastOf(moments))).decision.memory.scalings).toEqual({});
  });

  test('begins with what was remembered then, and does not remember it twice', () => {
    const memory = { ...emptyMemory, distrusts: [{ vertex: 'work', above: 4, atMs: 0, untilMs: 1e9, times: 1 }] };
    const past = pastOf(spanOf(tooMuch, 0, 30), { memory, beginsMs: 20 * minute, carriedOut: [scaling(10, 4)] });
    const judged = judgedOf(past);
    expect(judged[0]?.atMs).toBe(20 * minute);
    expect(judged[0]?.decision.memory).toMatchObject({ jobScalings: [], distrusts: [{ above: 4 }] });
  });

  test('gives the same again for the same past', () => {
    const past = pastOf(spanOf(tooMuch, 0, 30));
    expect(judgedOf(past)).toEqual(judgedOf(past));
  });
});

test('of one moment the window of a decision counts, which knows more than what is kept', () => {
  const input = inputOf(enough, 20 * minute);
  const moments = inOrder(momentsOf(input), spanOf(enough, 0, 25));
  expect(moments.map(({ sample }) => sample.atMs / minute)).toEqual(Array.from({ length: 26 }, (_, index) => index));
  expect(moments[20]?.sample.runningSinceMs).toBe(0);
  expect(moments[21]?.sample.runningSinceMs).toBeUndefined();
});
