import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision } from '../../../core/autoscaler/decision.ts';
import {
  digestOfDecision,
  isToBeTold,
  stillTold,
  toldNow,
  type ToldDecision,
} from '../../../core/autoscaler-agent/telling.ts';
import { inputOf, jobOf, minute } from '../autoscaler/jobs.ts';

const { vertices } = jobOf(4);
const none = decide(inputOf({ rate: 700, busy: { source: 0.2, work: 0.7 } }, 30 * minute));

function acting(action: AutoscalerDecision['action'], work: number, id = 'd'): AutoscalerDecision {
  return { ...none, id, action, parallelism: { source: 4, work } };
}

const digest = (decision: AutoscalerDecision, of = vertices) => digestOfDecision(decision, of);
const told = (decision: AutoscalerDecision, times = 1): ToldDecision => ({
  digest: digest(decision) ?? '',
  atMs: 0,
  times,
});
const hour = 60 * minute;

describe('the digest of a decision', () => {
  test('is none where nothing is to be done', () => expect(digest(none)).toBeUndefined());

  test('is short, and says what it was of and what is done', () =>
    expect(digest(acting('scale', 8))).toMatch(/^[0-9a-f]{12}-scale-[0-9a-f]{12}$/));

  const memoryAdvice = { options: { a: '1' }, removed: [], reasons: [] };
  test.each<[string, AutoscalerDecision]>([
    ['the memory that is advised beside it', { ...acting('scale', 8), memoryAdvice }],
    ['the id', acting('scale', 8, 'other')],
    ['the time', { ...acting('scale', 8), atMs: 9 }],
    ['the reasons', { ...acting('scale', 8), reasons: [{ code: 'X', text: 'y' }] }],
    ['the order of vertices', { ...acting('scale', 8), parallelism: { work: 8, source: 4 } }],
  ])('does not change with %s', (_, other) => expect(digest(other)).toBe(digest(acting('scale', 8))));

  test.each<[string, AutoscalerDecision, typeof vertices]>([
    ['the parallelism', acting('scale', 9), vertices],
    ['the action', acting('advise', 8), vertices],
    ['the job as it is', acting('scale', 8), jobOf(5).vertices],
  ])('changes with %s', (_, other, of) => expect(digest(other, of)).not.toBe(digest(acting('scale', 8))));
});

const advised = (a: string): AutoscalerDecision => ({
  ...none,
  action: 'advise',
  memoryAdvice: { options: { a }, removed: [], reasons: [] },
});

describe('advice about memory alone', () => {
  test.each<[string, AutoscalerDecision, ToldDecision | undefined, number, boolean]>([
    ['is told', advised('1'), undefined, 0, true],
    ['once', advised('1'), told(advised('1')), 1_000 * hour, false],
    ['anew when it is other memory, after a while', advised('2'), told(advised('1')), 10 * minute, true],
    ['ever more seldom', advised('2'), told(advised('1'), 20), 24 * hour - 1, false],
    [
      'not at once after a scaling that does not come about: the two may take turns',
      advised('1'),
      told(acting('scale', 8)),
      1,
      false,
    ],
    ['after it, later', advised('1'), told(acting('scale', 8)), 10 * minute, true],
  ])('%s', (_, decision, before, nowMs, expected) =>
    expect(isToBeTold(digest(decision), before, nowMs)).toBe(expected),
  );

  test('costs nothing an hour once it was told', () => {
    let [last, tells]: [ToldDecision | undefined, number] = [undefined, 0];
    for (let atMs = 0; atMs < 48 * hour; atMs += minute) {
      const found = digest(advised('1'));
      if (found === undefined || !isToBeTold(found, last, atMs)) continue;
      [last, tells] = [toldNow(found, last, atMs), tells + 1];
    }
    expect(tells).toBe(1);
  });
});

describe('a decision is told', () => {
  test.each<[string, AutoscalerDecision, ToldDecision | undefined, number, boolean]>([
    ['that is the first', acting('scale', 8), undefined, 0, true],
    ['not where nothing is to be done', none, undefined, 0, false],
    ['not a second time', acting('scale', 8), told(acting('scale', 8)), 1, false],
    ['not again before ten minutes', acting('scale', 8), told(acting('scale', 8)), 10 * minute - 1, false],
    ['again after ten, where it has not come about', acting('scale', 8), told(acting('scale', 8)), 10 * minute, true],
    ['the third time after twenty', acting('scale', 8), told(acting('scale', 8), 2), 20 * minute - 1, false],
    ['once an hour at least', acting('scale', 8), told(acting('scale', 8), 9), hour, true],
    ['not more often than once an hour then', acting('scale', 8), told(acting('scale', 8), 9), hour - 1, false],
    ['when another scaling is found, after a minute', acting('scale', 9), told(acting('scale', 8)), minute, true],
    ['not at once', acting('scale', 9), told(acting('scale', 8)), minute - 1, false],
    ['advice only once', acting('advise', 8), told(acting('advise', 8)), 1_000 * hour, false],
    ['other advice after ten minutes', acting('advise', 9), told(acting('advise', 8)), 10 * minute, true],
    ['at last once a day', acting('advise', 9), told(acting('advise', 8), 20), 24 * hour - 1, false],
    ['at once where advice becomes more than that', acting('scale', 8), told(acting('advise', 8)), 0, true],
  ])('%s', (_, decision, before, nowMs, expected) =>
    expect(isToBeTold(digest(decision), before, nowMs)).toBe(expected),
  );

  test('anew once the job is another: what was told of it is over', () => {
    const before = told(acting('scale', 8));
    expect(stillTold(before, vertices)).toBe(before);
    expect(stillTold(before, jobOf(8).vertices)).toBeUndefined();
    expect(isToBeTold(digest(acting('scale', 8), jobOf(5).vertices), before, 0)).toBe(true);
  });

  test('ever more seldom while the job stays as it is, and anew from the first when it does not', () => {
    const first = toldNow(digest(acting('scale', 8)) ?? '', undefined, 5);
    const second = toldNow(digest(acting('scale', 9)) ?? '', first, 6);
    expect([first, second].map(({ times, atMs }) => [times, atMs])).toEqual([
      [1, 5],
      [2, 6],
    ]);
    expect(toldNow(digest(acting('scale', 9), jobOf(8).vertices) ?? '', second, 7).times).toBe(1);
  });
});
