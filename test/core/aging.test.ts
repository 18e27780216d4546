/** How old the state may get that a job waits with while start after start fails. */
import { describe, expect, test } from '@jest/globals';
import { agingOf, waitedTooLong, withAging, type AgingPoint } from '../../core/aging.ts';
import { smallSpec } from '../support/state-fixture.ts';

const minuteMs = 60_000;
const nowMs = Date.parse('2026-01-10T00:00:00Z');
const path = 's3://b/flink/chk-7';

function aging(minutes: number, change: Partial<AgingPoint> = {}): AgingPoint {
  return { path, from: 'checkpoint', sinceMs: nowMs - minutes * minuteMs, ...change };
}

describe('a start', () => {
  test.each<[string, AgingPoint | undefined, string | undefined, boolean]>([
    ['goes on from a checkpoint that is younger than the limit', aging(9), '10m', false],
    ['goes on from no older one', aging(11), '10m', true],
    ['goes on from any where there is no limit', aging(11), undefined, false],
    ['goes on from what nobody knows the age of', undefined, '10m', false],
    [
      'does not go on from where a job began that completed none, too long ago',
      aging(11, { from: 'start' }),
      '10m',
      true,
    ],
  ])('%s', (_title, point, maxStateAge, isTooOld) => {
    const spec = smallSpec(maxStateAge === undefined ? {} : { upgrade: { maxStateAge } });
    expect(waitedTooLong(point, spec, nowMs)?.code).toBe(isTooOld ? 'STATE_TOO_OLD' : undefined);
  });

  test('that may not go on says how old the state is, and what to do', () => {
    const spec = smallSpec({ upgrade: { maxStateAge: '10m' } });
    expect(waitedTooLong(aging(11), spec, nowMs)).toMatchObject({
      message: 'The newest checkpoint is 660 s old, and spec.upgrade.maxStateAge is 600 s.',
      cure: expect.stringContaining('Raise spec.upgrade.maxStateAge'),
    });
  });
});

describe('what a stop tells', () => {
  const told = (minutes: number, from: AgingPoint['from'] = 'checkpoint', restorePoint = path) => ({
    restorePoint,
    age: { from, sinceMs: nowMs - minutes * minuteMs },
  });

  test.each<[string, readonly AgingPoint[], Parameters<typeof withAging>[1], AgingPoint | undefined]>([
    ['is known from then on', [], told(9), aging(9)],
    [
      'counts for that very point, however it is written',
      [],
      told(9, 'checkpoint', `${path}/`),
      aging(9, { path: `${path}/` }),
    ],
    ['is nothing where it is the savepoint of a stop', [], { restorePoint: path }, undefined],
    ['is nothing where it left none', [], {}, undefined],
    ['is nothing of another point', [], told(9, 'checkpoint', 's3://b/flink/chk-8'), undefined],
    ['leaves the age of one that a later start went on from in vain', [aging(30)], told(2, 'start'), aging(30)],
    ['leaves it where that start has told none', [aging(30)], { restorePoint: path }, aging(30)],
    ['leaves that of the other point that is gone back to', [aging(30)], told(1, 'checkpoint', 's3://b/x'), aging(30)],
    ['is the older one of two', [aging(2, { from: 'start' })], told(30), aging(30)],
  ])('%s', (_title, known, stopped, counts) => {
    expect(agingOf(withAging(known, stopped), path)).toEqual(counts);
  });

  test('of a start that came to nothing is nothing of the point with which the job waited before: a savepoint of a stop does not age', () => {
    expect(withAging([], told(9, 'start'), `${path}/`)).toEqual([]);
    expect(withAging([], told(9, 'start'), 's3://b/flink/chk-8')).toEqual([aging(9, { from: 'start' })]);
    expect(withAging([], told(9), path)).toEqual([aging(9)]);
  });

  test('is of no point that is not there', () => expect(agingOf([aging(1)], undefined)).toBeUndefined());
});
