import { describe, expect, test } from '@jest/globals';
import { ageOf, elapsedBetween, parseDuration } from '../../cli/duration.ts';

const start = '2026-01-01T00:00:00.000Z';
const after = (seconds: number) => Date.parse(start) + seconds * 1000;

describe('ages are those of kubectl', () => {
  test.each([
    [-5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [125, '2m5s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [14_700, '4h5m'],
    [28_800, '8h'],
    [172_800, '2d'],
    [180_000, '2d2h'],
    [691_200, '8d'],
    [63_072_000, '2y'],
    [64_000_000, '2y10d'],
    [300_000_000, '9y'],
  ])('%d s is %s', (seconds, text) => {
    expect(ageOf(start, after(seconds))).toBe(text);
  });

  test('a time that is missing or unreadable has none', () => {
    expect(ageOf(undefined, 0)).toBe('<unknown>');
    expect(ageOf('soon', 0)).toBe('<unknown>');
  });
});

test.each([
  [0.04, '0.0s'],
  [0.3, '0.3s'],
  [59.94, '59.9s'],
  [59.96, '1m00s'],
  [65, '1m05s'],
  [3725, '62m05s'],
])('%d s took %s', (seconds, text) => {
  expect(elapsedBetween(start, after(seconds))).toBe(text);
});

test('a duration stays within what a timer holds', () => {
  expect(parseDuration('1h30m', '--timeout')).toBe(5_400_000);
  expect(parseDuration('9999d', '--timeout')).toBe(2 ** 31 - 1);
  expect(() => parseDuration('5', '--timeout')).toThrow(/--timeout: "5" is not a duration/);
});
