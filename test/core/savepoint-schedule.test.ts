import { describe, expect, test } from '@jest/globals';
import { nextSavepointMs, scheduleProblem, type SavepointSettings } from '../../core/savepoint-schedule.ts';

type Periods = Pick<SavepointSettings, 'every' | 'schedule'>;

const next = (settings: Periods, now: string, since = now) => {
  const found = nextSavepointMs(settings, Date.parse(since), Date.parse(now));
  return found === undefined ? undefined : new Date(found).toISOString();
};

/** The times of one schedule, one after the other. */
function times(schedule: NonNullable<Periods['schedule']>, from: string, count: number): string[] {
  const found: string[] = [];
  for (let at = from; found.length < count; found.push(at)) at = next({ schedule }, at) ?? 'never';
  return found.map((at) => at.replace(':00.000Z', ''));
}

describe('a savepoint every so often', () => {
  test.each([
    ['comes one period after it began', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000Z'],
    ['is counted from the beginning', '2026-01-01T00:59:59Z', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000Z'],
    ['comes after now, not now', '2026-01-01T01:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T02:00:00.000Z'],
    ['leaves out what has passed', '2026-01-03T07:10:00Z', '2026-01-01T00:00:00Z', '2026-01-03T08:00:00.000Z'],
    [
      'takes no beginning after now for an earlier one',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:30:00Z',
      '2026-01-01T01:30:00.000Z',
    ],
  ])('%s', (_name, now, since, at) => expect(next({ every: '1h' }, now, since)).toBe(at));
});

describe('a savepoint by schedule', () => {
  test('is meant in its time zone', () => {
    const schedule = { cron: '0 3 * * *', timeZone: 'America/New_York' };
    expect(times(schedule, '2026-01-10T00:00:00Z', 2)).toEqual(['2026-01-10T08:00', '2026-01-11T08:00']);
    expect(times({ ...schedule, timeZone: 'UTC' }, '2026-01-10T03:00:00Z', 1)).toEqual(['2026-01-11T03:00']);
  });

  test('comes once a day when clocks go forward, also where its hour is missing', () => {
    const schedule = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    expect(times(schedule, '2026-03-27T12:00:00Z', 4)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
      '2026-03-31T00:30',
    ]);
  });

  test('comes once a day when clocks go back, also where its hour comes twice', () => {
    const schedule = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    expect(times(schedule, '2026-10-23T12:00:00Z', 3)).toEqual([
      '2026-10-24T00:30',
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test('comes every hour over both changes', () => {
    const schedule = { cron: '0 * * * *', timeZone: 'Europe/Berlin' };
    expect(times(schedule, '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ]);
    expect(times(schedule, '2026-03-28T23:30:00Z', 3)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
    ]);
  });

  test('is never due without one', () => expect(next({}, '2026-01-01T00:00:00Z')).toBeUndefined());
});

describe('what is wrong with a schedule', () => {
  test.each([
    ['0 3 * * *', 'Europe/Berlin', undefined],
    ['*/15 8-18 * * MON-FRI', 'UTC', undefined],
    ['0 0 29 2 *', 'UTC', undefined],
    ['0 0 30 2 *', 'UTC', 'cron: names a time that never comes'],
    ['0 25 * * *', 'UTC', 'cron: is not a cron expression'],
    ['0 3 * * *', 'Mars/Olympus', 'timeZone: is not a time zone that is known'],
  ])('%s in %s: %s', (cron, timeZone, wrong) => {
    const found = scheduleProblem({ cron, timeZone });
    expect(found && `${found.field}: ${found.message}`).toBe(wrong);
  });
});
