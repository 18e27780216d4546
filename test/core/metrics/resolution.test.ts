/** Which resolution answers: the least to read of what is fine enough and still kept, in whole steps. */
import { describe, expect, test } from '@jest/globals';
import { assert, integer, option, property, tuple } from 'fast-check';
import { chooseRange, resolutions, retentionDefaults } from '../../../core/metrics/resolution.ts';
import { bySeries, isStorable, type MetricSample } from '../../../core/metrics/sample.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 2, 10, 12, 0, 10);

const widths = { raw: second, '1m': minute, '1h': hour };
const choose = (fromMs: number, toMs: number, stepMs?: number) =>
  chooseRange({ fromMs, toMs, stepMs }, retentionDefaults, now);

describe('chooseRange', () => {
  const wish = tuple(
    integer({ min: 0, max: 800 * day }),
    integer({ min: 1, max: 800 * day }),
    option(integer({ min: second, max: 30 * day }), { nil: undefined }),
  );

  test('covers all that was asked for, in whole steps that are no shorter than asked', () => {
    assert(
      property(wish, ([ago, length, step]) => {
        const { fromMs, toMs, stepMs, resolution } = choose(now - ago, now - ago + length, step);
        expect(fromMs).toBeLessThanOrEqual(now - ago);
        expect(toMs).toBeGreaterThanOrEqual(now - ago + length);
        expect([fromMs % stepMs, toMs % stepMs, stepMs % widths[resolution]].map(Math.abs)).toEqual([0, 0, 0]);
        expect(stepMs).toBeGreaterThanOrEqual(step ?? length / 240);
        const points = (toMs - fromMs) / stepMs;
        expect(step !== undefined || points <= 242).toBe(true);
      }),
    );
  });

  test('takes what is still kept, and of that the coarsest that is fine enough', () => {
    assert(
      property(wish, ([ago, length, step]) => {
        const { resolution, stepMs } = choose(now - ago, now - ago + length, step);
        const kept = resolutions.filter((one) => retentionDefaults[one] + minute >= ago);
        expect(kept.length > 0 ? kept : ['1h']).toContain(resolution);
        const coarser = kept.filter((one) => widths[one] > widths[resolution]);
        expect(coarser.filter((one) => widths[one] <= (step ?? stepMs))).toEqual([]);
      }),
    );
  });

  test.each<[string, keyof typeof retentionDefaults, string | undefined]>([
    ['6 h', 'raw', 'raw'],
    ['7 d', '1m', '1m'],
  ])('the last %s, asked for a moment ago, are of what is kept so long', (_what, kept, expected) => {
    const length = retentionDefaults[kept];
    for (const lateMs of [0, 1, 30 * second]) {
      const asked = { fromMs: now - length, toMs: now, stepMs: widths[kept] };
      expect(chooseRange(asked, retentionDefaults, now + lateMs)).toMatchObject({ resolution: expected });
    }
    const longAgo = { fromMs: now - length - hour, toMs: now, stepMs: widths[kept] };
    expect(chooseRange(longAgo, retentionDefaults, now).resolution).not.toBe(expected);
  });

  test.each([
    [5 * minute, undefined, 'raw', 2 * second],
    [hour, 20 * second, 'raw', 20 * second],
    [hour, 90 * second, '1m', 2 * minute],
    [7 * hour, second, '1m', minute],
    [day, undefined, '1m', 10 * minute],
    [8 * day, second, '1h', hour],
    [500 * day, undefined, '1h', 3 * day],
  ])('the last %i ms by %s come from %s in steps of %i ms', (ago, step, resolution, stepMs) => {
    expect(choose(now - ago, now, step)).toMatchObject({ resolution, stepMs });
  });
});

const sample = (vertex: string, atMs: number): MetricSample => ({ uid: 'u', vertex, metric: 'm', atMs, value: -atMs });

test('a batch names each series once, with its points in the order in which they came', () => {
  expect(bySeries([sample('', 1), sample('v', 2), sample('', 3)])).toEqual([
    {
      uid: 'u',
      vertex: '',
      metric: 'm',
      points: [
        [1, -1],
        [3, -3],
      ],
    },
    { uid: 'u', vertex: 'v', metric: 'm', points: [[2, -2]] },
  ]);
});

test.each([
  [0, true],
  [-1e300, true],
  [1e301, false],
  [Number.NaN, false],
  [Number.NEGATIVE_INFINITY, false],
])('whether %s can be kept: %s', (value, expected) => expect(isStorable(value)).toBe(expected));
