import { describe, expect, test } from '@jest/globals';
import { compare, summaryOf } from '../../../core/simulation/comparison.ts';
import type { Judged } from '../../../core/simulation/replay.ts';
import { jobOf, minute } from '../autoscaler/jobs.ts';
import { someDecision } from '../../support/decisions.ts';
import { scaling } from './past.ts';

/** That the policy wants `work` to have so many, of as many as it has. */
const at = (atMinute: number, wants: number, has = 4): Judged => {
  const { parallelism: _parallelism, ...rest } = someDecision();
  const wish = wants === has ? {} : { parallelism: { source: has, work: wants } };
  return { atMs: atMinute * minute, job: jobOf(has), decision: { ...rest, ...wish } };
};
const hour = 60 * minute;

describe('what would have been done', () => {
  test.each<[string, readonly Judged[], readonly [number, number, number][]]>([
    ['nothing where nothing was wanted', [at(0, 4), at(1, 4)], []],
    ['is one as long as the wish holds on', [at(0, 4), at(1, 8), at(2, 8), at(3, 4)], [[1, 2, 8]]],
    ['is what was wanted first where the wish wavers', [at(0, 8), at(1, 9), at(2, 4), at(3, 8)], [[0, 3, 8]]],
    [
      'is another where the job has another size',
      [at(0, 8), at(1, 9, 6)],
      [
        [0, 0, 8],
        [1, 1, 9],
      ],
    ],
    [
      'is another where it goes the other way',
      [at(0, 8), at(1, 2)],
      [
        [0, 0, 8],
        [1, 1, 2],
      ],
    ],
    [
      'is another long after',
      [at(0, 8), at(1, 4), at(62, 8)],
      [
        [0, 0, 8],
        [62, 62, 8],
      ],
    ],
  ])('%s', (_, judged, expected) => {
    const found = compare(judged, [], hour);
    const work = (one: (typeof found)[number]) => one.vertices.find(({ id }) => id === 'work')?.would ?? 0;
    expect(found.map((one) => [one.atMs / minute, one.untilMs / minute, work(one)])).toEqual(expected);
  });
});

describe('beside what was done', () => {
  const judged = [at(0, 4), at(1, 8), at(2, 8), at(3, 8, 8)];

  test('the same decision does not differ', () => {
    expect(compare(judged, [scaling(2, 8)], hour)).toMatchObject([
      { done: { decision: 1, outcome: 'carriedOut' }, differs: false, vertices: [{ done: 8, would: 8 }] },
    ]);
  });

  test.each([
    ['another target', [scaling(2, 6)], 6],
    ['no decision', [], 4],
  ])('%s differs', (_, decisions, done) => {
    expect(compare(judged, decisions, hour)).toMatchObject([{ differs: true, vertices: [{ done, would: 8 }] }]);
  });

  test('what was decided and not carried out is the same decision, and was not done', () => {
    const advised = scaling(2, 8, { outcome: 'advised' });
    expect(compare(judged, [advised], hour)).toMatchObject([{ differs: false, vertices: [{ done: 4, would: 8 }] }]);
  });

  test('the decision is held against what was wanted at its time', () => {
    expect(compare([at(0, 6), at(1, 8), at(2, 8)], [scaling(1, 8)], hour)).toMatchObject([
      { atMs: 0, differs: false, vertices: [{ would: 8 }] },
    ]);
  });

  test('of several decisions the one counts that was carried out', () => {
    const decisions = [scaling(1, 6, { outcome: 'notCarriedOut' }), scaling(2, 8, { number: 2 })];
    expect(compare(judged, decisions, hour)).toMatchObject([{ done: { decision: 2 }, differs: false }]);
  });

  test('a decision that the policy would not have made stands alone, and differs', () => {
    const stays = [at(0, 4), at(1, 4), at(2, 8, 8)];
    expect(compare(stays, [scaling(1, 8)], hour)).toMatchObject([
      { atMs: minute, done: { decision: 1 }, differs: true, vertices: [{ id: 'work', done: 8, would: 4 }] },
    ]);
  });
});

test('in sum: rescales, and slots over the time that was measured', () => {
  // Half an hour as it was, then another half at which eight are wanted; then nothing was measured for two hours.
  const judged = [0, 10, 20, 30, 40, 50].map((when) => at(when, when < 30 ? 4 : 8)).concat(at(180, 8, 8));
  const summary = summaryOf(judged, compare(judged, [scaling(50, 8)], hour));
  expect(summary).toEqual({
    judged: 7,
    notJudged: 0,
    hours: 1,
    done: { rescales: 1, slotHours: 4 },
    would: { rescales: 1, slotHours: 6 },
    differing: 0,
  });
});

test('moments without samples enough are counted apart', () => {
  const unknown = { ...at(1, 4), decision: someDecision({ vertices: [] }) };
  expect(summaryOf([at(0, 4), unknown], [])).toMatchObject({ judged: 1, notJudged: 1 });
});
