import { describe, expect, test } from '@jest/globals';
import { isExcluded, periodProblem } from '../../../core/autoscaler/excluded-periods.ts';
import { isWithinWindow } from '../../../core/autoscaler/recurring-window.ts';

const at = (text: string) => Date.parse(text);

describe('CalendarUtilsTest.testValidateExcludedPeriods', () => {
  test.each([
    ['09:13:17-08:15:18', false],
    ['09:13:17-25:15:18', false],
    ['18:01:20-16:00:00', false],
    ['09:13:17-11:15:18 && 12:01:20-16:00:00', false],
    ['09:13:17-11:15:18', true],
    ['* * * ? * 2,5555', false],
    ['* * * ? * 2,5 && 18:01:20-16:00:00', false],
    ['* * * ? * 2,5 && * * 11-13 * * ?', false],
    ['* * * ? * 2,5 && 14:01:20-16:00:00', true],
  ])('%s: %s', (period, isRight) => {
    expect(periodProblem(period) === undefined).toBe(isRight);
  });
});

describe('CalendarUtilsTest.testExcludedPeriods', () => {
  const daily = ['09:13:17-11:15:18', '14:01:20-16:00:00'];
  const hours = ['* * 14-16 * * ?'];
  const mondaysAndThursdays = ['* * * ? * 2,5 && 14:01:20-16:00:00'];
  test.each([
    [daily, '2023-12-14T14:01:30Z', true],
    [daily, '2023-12-14T14:01:10Z', false],
    [daily, '2023-12-14T10:01:30Z', true],
    [hours, '2023-12-14T14:01:30Z', true],
    [hours, '2023-12-14T13:59:50Z', false],
    [mondaysAndThursdays, '2023-12-14T14:01:30Z', true],
    [mondaysAndThursdays, '2023-12-13T14:01:30Z', false],
    [mondaysAndThursdays, '2023-12-11T14:01:30Z', true],
  ])('%j at %s: %s', (periods, time, excluded) => {
    expect(isExcluded(periods, at(time))).toBe(excluded);
  });
});

describe('cron expressions of Quartz that others do not know', () => {
  test.each([
    ['* * * ? * SAT-SUN', '2026-11-28T12:00:00Z', true],
    ['* * * ? * sat-sun', '2026-11-29T12:00:00Z', true],
    ['* * * ? * 7-1', '2026-11-30T12:00:00Z', false],
    ['* * 22-4 * * ?', '2026-11-23T23:59:59Z', true],
    ['* * 22-4 * * ?', '2026-11-23T04:59:59Z', true],
    ['* * 22-4 * * ?', '2026-11-23T05:00:00Z', false],
    ['* * 22-4/3 * * ?', '2026-11-23T01:30:00Z', true],
    ['* * 22-4/3 * * ?', '2026-11-23T00:30:00Z', false],
    ['* * * 30-2 NOV-FEB ?', '2026-12-01T00:00:00Z', true],
    ['* * * 30-2 NOV-FEB ?', '2026-12-03T00:00:00Z', false],
    ['0 5/20 * * * ?', '2026-11-23T10:45:00Z', true],
    ['0 5/20 * * * ?', '2026-11-23T10:40:00Z', false],
    ['* * 9-11 * * ? 2027', '2026-11-23T10:00:00Z', false],
    ['* * 9-11 * * ? 2026-2027', '2026-11-23T10:00:00Z', true],
  ])('%s at %s: %s', (period, time, excluded) => {
    expect(periodProblem(period)).toBeUndefined();
    expect(isExcluded([period], at(time))).toBe(excluded);
  });

  test.each(['* * 25-4 * * ?', '* * * ? * SAT-XYZ', '* * 5/0 * * ?', '* * 22-4/x * * ?', '* * * * ?'])(
    '%s is none',
    (period) => expect(periodProblem(period)).toMatch(/neither a daily time/),
  );
});

describe('windows that come again', () => {
  const nights = { cron: '0 22 * * *', timeZone: 'Europe/Berlin', lastsMs: 2 * 3_600_000 };
  test.each([
    ['begins at its first moment', '2026-07-01T20:00:00Z', true],
    ['has not begun', '2026-07-01T19:59:59Z', false],
    ['lasts over midnight', '2026-07-01T21:59:59Z', true],
    ['has ended', '2026-07-01T22:00:00Z', false],
    ['begins an hour later by the sun in winter', '2026-01-01T20:30:00Z', false],
    ['is there in winter', '2026-01-01T21:30:00Z', true],
  ])('%s', (_name, time, isIn) => {
    expect(isWithinWindow(nights, at(time))).toBe(isIn);
  });
});
