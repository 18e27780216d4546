import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { LinePlace, LookLine } from '../../activities/observe/look-line.ts';
import { requestsInAll } from '../../core/observation/pace.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A line in which others have taken all there is for the next ten seconds. */
function fullLine(): LookLine {
  const line = new LookLine();
  for (let left = requestsInAll.burst + 10 * requestsInAll.perSecond; left > 0; left -= 1)
    line.take(new LinePlace(), 1, performance.now());
  return line;
}

test('who is hurried while it waits gets a place in the shorter line, and looks once', async () => {
  const line = fullLine();
  const place = new LinePlace();
  const look = jest.fn();
  const waitMs = line.take(place, 1, performance.now());
  place.wait(waitMs, look);
  expect([waitMs > 9_000, place.isBusy]).toEqual([true, true]);
  place.hurry();
  expect(place.isBusy).toBe(false);
  expect(line.take(place, 1, performance.now())).toBe(0);
  place.wait(0, look);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(look).toHaveBeenCalledTimes(1);
  expect(place.isHurried).toBe(false);
});

test('who is hurried during its look is so afterwards', async () => {
  const place = new LinePlace();
  place.wait(0, () => undefined);
  await jest.advanceTimersByTimeAsync(1);
  place.hurry();
  expect([place.isBusy, place.isHurried]).toEqual([true, true]);
});

test('who is hurried keeps the place of the hurried that it has', () => {
  const place = new LinePlace();
  place.hurry();
  place.wait(1_000, () => undefined);
  place.hurry();
  expect(place.isBusy).toBe(true);
});
