import { describe, expect, test } from '@jest/globals';
import {
  hurried,
  isDeepDue,
  mayChange,
  paceAfter,
  requestAfter,
  requestsInAll,
  requestsOfTheHurried,
  requestsPerJobManager,
  type Pace,
} from '../../../core/observation/pace.ts';
import { fullBucket } from '../../../core/observation/token-bucket.ts';

/** The seconds between looks, of which each is restless or not. */
function paces(looks: readonly boolean[]): number[] {
  let pace: Pace | undefined;
  let nowMs = 0;
  return looks.map((isRestless) => {
    pace = paceAfter(pace, { nowMs, isRestless });
    nowMs = pace.nextAtMs;
    return pace.everyMs / 1000;
  });
}

describe('a JobManager', () => {
  test('is asked quickly at first, then ever more seldom, and never less than every 10 s', () => {
    expect(paces(Array.from({ length: 9 }, () => false))).toEqual([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10, 10, 10]);
  });

  test('is asked quickly as long as something changes, and from then on', () => {
    expect(paces([false, false, false, true, true, false])).toEqual([1, 1.5, 2.25, 1, 1, 1.5]);
  });

  test.each<[string, Pace | undefined, Pace]>([
    ['at once', { everyMs: 10_000, nextAtMs: 9000 }, { everyMs: 1000, nextAtMs: 500 }],
    ['at once where nobody has asked yet', undefined, { everyMs: 1000, nextAtMs: 500 }],
    ['no later than planned', { everyMs: 1000, nextAtMs: 400 }, { everyMs: 1000, nextAtMs: 400 }],
  ])('that something was heard of is asked %s', (_title, pace, expected) =>
    expect(hurried(pace, 500)).toEqual(expected),
  );
});

describe('a job is asked quickly', () => {
  const atRest = { isOther: false, isWell: true, hasEnded: false, unchangedMs: 0 };
  test.each([
    ['not while all is well', atRest, false],
    ['when something changes', { ...atRest, isOther: true }, true],
    ['while it is down', { ...atRest, isWell: false, unchangedMs: 119_999 }, true],
    ['no more when it stays down', { ...atRest, isWell: false, unchangedMs: 120_000 }, false],
    ['not when Flink is done with it', { ...atRest, isWell: false, hasEnded: true }, false],
  ])('%s', (_title, unrest, expected) => expect(mayChange(unrest)).toBe(expected));
});

describe('checkpoints and failures are asked for', () => {
  test.each([
    ['at first', undefined, true],
    ['with the third look after 30 s', { atMs: 0, looks: 2 }, true],
    ['not before 30 s', { atMs: 1, looks: 9 }, false],
    ['not with each look where looks are rare', { atMs: -60_000, looks: 1 }, false],
  ])('%s', (_title, before, expected) => expect(isDeepDue(before, 30_000)).toBe(expected));
});

describe('however much changes', () => {
  test('one JobManager is asked no more often than it may be', () => {
    let buckets = { one: fullBucket(requestsPerJobManager, 0), all: fullBucket(requestsInAll, 0) };
    let sent = 0;
    for (let nowMs = 0; nowMs < 10_000; sent += 1) {
      const { waitMs, ...left } = requestAfter(buckets, nowMs);
      buckets = left;
      nowMs += waitMs;
    }
    expect(sent).toBeLessThanOrEqual(requestsPerJobManager.burst + 10 * requestsPerJobManager.perSecond);
  });

  test('what is hurried has a line of its own', () => {
    let all = fullBucket(requestsOfTheHurried, 0);
    const waits = Array.from({ length: 150 }, () => {
      const one = fullBucket(requestsPerJobManager, 0);
      const place = requestAfter({ one, all }, 0, requestsOfTheHurried);
      ({ all } = place);
      return place.waitMs;
    });
    expect(waits.filter((wait) => wait === 0)).toHaveLength(requestsOfTheHurried.burst);
    expect(Math.max(...waits)).toBe(1000);
  });

  test('all of them together are asked no more often than they may be', () => {
    let all = fullBucket(requestsInAll, 0);
    const waits = Array.from({ length: 1000 }, () => {
      const place = requestAfter({ one: fullBucket(requestsPerJobManager, 0), all }, 0);
      ({ all } = place);
      return place.waitMs;
    });
    expect(waits.filter((wait) => wait === 0)).toHaveLength(requestsInAll.burst);
    expect(Math.max(...waits)).toBe(((1000 - requestsInAll.burst) / requestsInAll.perSecond) * 1000);
  });
});
