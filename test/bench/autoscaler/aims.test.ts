/** When `drey` is better than the operator's autoscaler, and when `npm run bench:autoscaler` fails because it is not. */
import { describe, expect, test } from '@jest/globals';
import { aimsOf, failsBy, type Aim } from './aims.ts';
import { totalsOf, type Totals } from './totals.ts';

const nothing = totalsOf([]);
const theirs: Totals = { ...nothing, reconfigurations: 101, lateHours: 9, slotHours: 500, unsettled: 30 };
const good: Totals = { ...nothing, reconfigurations: 50, lateHours: 4.5, slotHours: 500, unsettled: 0 };

const missed = (ours: Partial<Totals>) =>
  aimsOf({ ...good, ...ours }, theirs)
    .filter(({ met }) => !met)
    .map(({ about }) => about.split(':')[0]);

describe('aims', () => {
  test.each<[string, Partial<Totals>, readonly string[]]>([
    ['none by what is as good as it has to be, and no better', {}, []],
    ['more than half the reconfigurations, of an odd number', { reconfigurations: 51 }, ['reconfigurations']],
    ['more than half the hours late', { lateHours: 4.51 }, ['hours late']],
    ['more slot-hours', { slotHours: 500.1 }, ['slot-hours']],
    [
      'a rescale once settled, however many the other makes',
      { unsettled: 1 },
      ['rescales under steady load once settled'],
    ],
    ['two at once', { lateHours: 9, slotHours: 600 }, ['hours late', 'slot-hours']],
    ['nothing else is an aim', { flaps: 99, overshoot: 99, stepsToSettle: 99 }, []],
  ])('that are missed: %s', (_, ours, expected) => expect(missed(ours)).toEqual(expected));

  test('say what they are about, how much it may be and how much it is', () =>
    expect(aimsOf(good, theirs)[0]).toEqual({
      about: 'reconfigurations: half, or fewer',
      most: 50.5,
      is: 50,
      met: true,
    }));

  test('are met where neither does anything', () =>
    expect(aimsOf(nothing, nothing).every(({ met }) => met)).toBe(true));
});

const aim = (met: boolean): Aim => ({ about: 'x', most: 1, is: met ? 1 : 2, met });

describe('the command', () => {
  const whole = { isOnAll: true, without: [] };

  test.each([
    ['fails where one of the aims is missed', [aim(true), aim(false)], whole, true],
    ['not where all are met', [aim(true), aim(true)], whole, false],
    ['not where there are none: only one profile was run, or an ablation', [], whole, false],
    ['not where scenarios were left out', [aim(false)], { ...whole, isOnAll: false }, false],
    ['not where `drey` was run without something', [aim(false)], { ...whole, without: ['cost'] }, false],
  ])('%s', (_, aims, run, expected) => expect(failsBy(aims, run)).toBe(expected));
});
