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
