import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fullBucket, placeInLine, refilled, takeUpTo } from '../../../core/observation/token-bucket.ts';

const limits = { perSecond: 2, burst: 3 };

/** The waits of those that ask at these times. */
function waits(times: readonly number[]): number[] {
  let bucket = fullBucket(limits, 0);
  return times.map((nowMs) => {
    const place = placeInLine(bucket, limits, nowMs);
    bucket = place.bucket;
    return place.waitMs;
  });
}

describe('a bucket', () => {
  test.each<[string, number[], number[]]>([
    ['gives as many at once as it holds', [0, 0, 0], [0, 0, 0]],
    ['lets others wait in line, each behind the one before', [0, 0, 0, 0, 0, 0], [0, 0, 0, 500, 1000, 1500]],
    ['gives again what time has brought', [0, 0, 0, 600], [0, 0, 0, 0]],
    ['never holds more than it may', [0, 0, 0, 99_000, 99_000, 99_000, 99_000], [0, 0, 0, 0, 0, 0, 500]],
    ['gives nothing for time that went back', [5000, 5000, 5000, 0], [0, 0, 0, 500]],
  ])('%s', (_title, times, expected) => expect(waits(times)).toEqual(expected));

  test('gives those that do not wait only what is there', () => {
    const first = takeUpTo(fullBucket(limits, 0), limits, { wanted: 9, nowMs: 0 });
    expect(first.taken).toBe(3);
    expect(takeUpTo(first.bucket, limits, { wanted: 9, nowMs: 499 }).taken).toBe(0);
    expect(takeUpTo(first.bucket, limits, { wanted: 9, nowMs: 1000 }).taken).toBe(2);
    expect(refilled(first.bucket, limits, 1000).tokens).toBe(2);
  });

  test('never lets more through in any span than its rate and its burst', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 60 }), (gaps) => {
        let now = 0;
        const asked = gaps.map((gap) => (now += gap));
        const gone = waits(asked).map((wait, at) => (asked[at] ?? 0) + wait);
        for (const from of gone) {
          const inSecond = gone.filter((each) => each >= from && each < from + 1000).length;
          expect(inSecond).toBeLessThanOrEqual(limits.burst + limits.perSecond);
        }
      }),
    );
  });
});
