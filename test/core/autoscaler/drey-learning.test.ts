/** What profile drey learns of a job's load and limits. */
import { describe, expect, test } from '@jest/globals';
import type { Collected } from '../../../core/autoscaler/collected.ts';
import type { UsualLoad } from '../../../core/autoscaler/memory.ts';
import { arrivalRate, climb } from '../../../core/autoscaler/trend.ts';
import { lastingShare, learnUsual } from '../../../core/autoscaler/usual-load.ts';
import { seeded } from '../../support/seeded.ts';
import { collected } from './fixtures.ts';
import { minute } from './jobs.ts';

/** What is learned of ten hours of a load. */
function learned(rateAt: (minutes: number) => number): UsualLoad | undefined {
  let usual: UsualLoad | undefined;
  for (let at = 0; at <= 600; at += 1) usual = learnUsual(usual, rateAt(at), at * minute);
  return usual;
}

const shareOf = (usual: UsualLoad | undefined, rate: number) => lastingShare(usual, rate, 600 * minute);

describe('the usual load', () => {
  const chance = seeded(3);
  const noisy = learned(() => 900 + 200 * chance());

  test('that is up within its noise is half over', () => {
    expect(shareOf(noisy, 1200)).toBeCloseTo(1100 / 1200, 1);
  });

  test.each([
    ['beyond its noise', noisy, 2000],
    ['that is down', noisy, 900],
    ['that was always the same', learned(() => 1000), 1200],
    ['that climbs all the time', learned((at) => 1000 + 5 * at), 4100],
    ['that is hardly known', learnUsual(undefined, 1000, 600 * minute), 1001],
  ])('%s lasts', (_name, usual, rate) => {
    expect(shareOf(usual, rate)).toBe(1);
  });

  test('is learned anew after a long silence', () => {
    expect(learnUsual(noisy, 5, 10_000 * minute)).toMatchObject({ level: 5, deviation: 0 });
  });
});

/** A source that reads what comes, sampled 16 times: each minute for a quarter of an hour, or oftener. */
function window(rateAt: (samples: number) => number, everyMs = minute): readonly Collected[] {
  let recordsIn = 0;
  return Array.from({ length: 16 }, (_, at) => {
    recordsIn += at === 0 ? 0 : (everyMs / 1000) * rateAt(at);
    const source = { recordsIn, lag: 0 } as Collected['vertices'][string];
    return { atMs: at * everyMs, vertices: { source }, job: {} as Collected['job'] };
  });
}

function climbOfSamplesEach(everyMs: number): number {
  return climb(
    window((at) => 1000 + 10 * at, everyMs),
    'source',
  );
}

/** 5000/s are read of a backlog, 1000/s come in; the first sample has of the job's details what they said 3 s before. */
function catchingUp(sourceRecordsIn: (at: number) => number): readonly Collected[] {
  return [0, 60, 120].map((at) => {
    const recordsIn = 5000 * (at === 0 ? 97 : 100 + at);
    const source = { recordsIn, sourceRecordsIn: sourceRecordsIn(at), lag: 1_000_000 - 4000 * at };
    return collected(at * 1000, { source });
  });
}

describe('what comes in at a source', () => {
  test('is told by counters of one moment', () => {
    expect(
      arrivalRate(
        catchingUp((at) => 5000 * (100 + at)),
        'source',
      ),
    ).toBeCloseTo(1000);
  });

  test.each([
    ['does not count', () => 0],
    ['counts at times', (at: number) => (at === 60 ? Number.NaN : 5000 * (100 + at))],
  ])('of an operator that %s, by the details', (_name, sourceRecordsIn) => {
    expect(arrivalRate(catchingUp(sourceRecordsIn), 'source')).toBeCloseTo(1125);
  });
});

describe('a load that climbs', () => {
  test('is met where it will be in half an hour', () => {
    expect(
      climb(
        window((at) => 1000 + 10 * at),
        'source',
      ),
    ).toBeCloseTo(300);
  });

  test.each([
    ['jumps', (at: number) => (at > 7 ? 2000 : 1000)],
    ['jumps in the middle of a quarter', (at: number) => (at > 5 ? 2000 : 1000)],
    ['falls', (at: number) => 2000 - 10 * at],
    ['stays', () => 1000],
  ])('that %s is met where it is', (_name, rateAt) => {
    expect(climb(window(rateAt), 'source')).toBe(0);
  });

  test('is met where it is, while it has climbed for no longer than a burst does, however many samples there are', () => {
    expect([1_700, 10_000, 47_000].map(climbOfSamplesEach)).toEqual([0, 0, 0]);
    expect(climbOfSamplesEach(50_000)).toBeGreaterThan(0);
  });

  test('is met at twice what it is, at most; and by too few samples, where it is', () => {
    expect(
      climb(
        window((at) => 100 * at ** 2),
        'source',
      ),
    ).toBeLessThan(100 * 15 ** 2);
    expect(climb(window((at) => 1000 + 10 * at).slice(0, 8), 'source')).toBe(0);
  });
});
