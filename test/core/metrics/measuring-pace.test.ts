import { expect, test } from '@jest/globals';
import {
  measureAfter,
  paceForWindow,
  type MeasuredAs,
  type MeasuringPace,
} from '../../../core/metrics/measuring-pace.ts';

/** The seconds between readings that have shown these. */
function paces(...readings: readonly MeasuredAs[]): number[] {
  let pace: MeasuringPace | undefined;
  return readings.map((as) => {
    pace = measureAfter(pace, as, 0);
    return pace.everyMs / 1000;
  });
}

test.each<[string, MeasuredAs[], number[]]>([
  ['works is measured every 10 s', ['busy', 'busy', 'busy'], [10, 10, 10]],
  ['has just begun is measured soon again, until all is there', ['partial', 'partial', 'busy'], [2, 3, 10]],
  [
    'never tells everything is measured every 10 s, too',
    ['partial', 'partial', 'partial', 'partial', 'partial', 'partial'],
    [2, 3, 4.5, 6.75, 10, 10],
  ],
  [
    'rests is measured ever more seldom, and never less than once a minute',
    ['busy', 'idle', 'idle', 'idle', 'idle', 'idle', 'idle'],
    [10, 15, 22.5, 33.75, 50.625, 60, 60],
  ],
  ['works again is measured every 10 s at once', ['idle', 'idle', 'idle', 'busy'], [10, 15, 22.5, 10]],
  ['does not answer is asked ever more seldom', ['none', 'none', 'none'], [10, 15, 22.5]],
])('a job that %s', (_, readings, expected) => expect(paces(...readings)).toEqual(expected));

test('the next reading is that long after this one', () => {
  expect(measureAfter(undefined, 'busy', 500)).toEqual({ everyMs: 10_000, nextAtMs: 10_500 });
});

test.each([
  [900, 60],
  [120, 10],
  [10, 1],
  [86_400, 60],
])('a job that is decided on by a window of %d s is measured every %d s at least', (windowSeconds, seconds) => {
  const everyMs = paceForWindow(windowSeconds * 1000);
  expect(everyMs).toBe(seconds * 1000);
  const resting = { everyMs: 60_000, nextAtMs: 0 };
  expect(measureAfter(resting, 'idle', 1_000, everyMs).nextAtMs).toBe(1_000 + everyMs);
  expect(measureAfter(resting, 'busy', 1_000, everyMs).nextAtMs).toBe(1_000 + Math.min(10_000, everyMs));
});
