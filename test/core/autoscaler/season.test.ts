/** Feature `forecast`: what was usual at this time of the day brings a scale-up forward, and holds a scale-down back. It does nothing else. */
import { describe, expect, test } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision } from '../../../core/autoscaler/decision.ts';
import type { SeasonSlot } from '../../../core/autoscaler/memory.ts';
import type { Feature } from '../../../core/autoscaler/policy.ts';
import { expectedWithin, learnSeason } from '../../../core/autoscaler/season.ts';
import { inputOf, minute, workOf, type Load } from './jobs.ts';

const hour = 60 * minute;
const day = 24 * hour;
type Season = readonly (SeasonSlot | null)[];

/** What is learned until then of a load, looked at every ten minutes. */
function learned(rateAt: (dayMs: number) => number, untilMs: number): Season | undefined {
  let season: Season | undefined;
  for (let atMs = 0; atMs <= untilMs; atMs += 10 * minute) season = learnSeason(season, rateAt(atMs % day), atMs);
  return season;
}

/** 300/s from eight to six, 100/s at night. */
const byDay = (dayMs: number) => (dayMs >= 8 * hour && dayMs < 18 * hour ? 300 : 100);

describe('what is to be expected', () => {
  const morning = day + 7 * hour + 40 * minute;
  const season = learned(byDay, morning);

  test.each<[string, number, number, number | undefined]>([
    ['is the most that was usual until then', 100, hour, 300],
    ['is as much more as today is more', 120, hour, 360],
    ['is what there is, where nothing else comes', 100, 10 * minute, 300],
    ['is not known on a day that is unlike the one before', 140, hour, undefined],
    ['is not known on a day that is less than the one before', 70, hour, undefined],
  ])('%s', (_what, rate, withinMs, expected) => {
    const found = expectedWithin(season, rate, morning, withinMs);
    expect(found === undefined ? found : Math.round(found)).toBe(expected);
  });

  test('is not known on the first day, nor where nothing was learned', () => {
    const first = learned(byDay, 7 * hour);
    expect([expectedWithin(first, 100, 7 * hour, hour), expectedWithin(undefined, 100, 0, hour)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('follows the days: what was usual twice weighs less than yesterday', () => {
    const rising = learned(() => 100, day - 1);
    const twice = learnSeason(learnSeason(rising, 200, day), 400, 2 * day);
    // Usual is 100 + 0.6 · (200 − 100) then.
    expect(twice[0]).toEqual({ day: 2, today: 400, usual: 160 });
  });
});

/** At 00:42, with what was usual yesterday in each half hour from midnight; then it was as it was last. */
function decided(load: Load, usual: readonly number[], ...without: Feature[]): AutoscalerDecision {
  const input = inputOf(load, 42 * minute, { profile: 'drey', without }, { scaleDownIntervalMs: 0 });
  const season = Array.from({ length: 48 }, (_, at) => ({ day: -1, today: usual[at] ?? usual.at(-1) ?? 0 }));
  return decide({ ...input, memory: { ...input.memory, season } });
}

describe('a vertex', () => {
  const enough: Load = { rate: 700, busy: { source: 0.2, work: 0.8 } };
  const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };

  test('grows before the load that is usual in a few minutes', () => {
    // It can do 875/s. 1500/s at three quarters of its time take 2000/s: 2000 / 875 · 4 = 9.14, and nine have less than 2 % more to do.
    const decision = decided(enough, [700, 700, 1500]);
    expect(decision).toMatchObject({ action: 'scale', reasons: [{ code: 'FORECAST' }] });
    expect(workOf(decision)).toBe(9);
    expect(decided(enough, [700, 700, 1500], 'forecast').action).toBe('none');
  });

  test('does not grow for what is usual later than that', () => {
    expect(decided(enough, [700, 700, 700, 700, 1500]).action).toBe('none');
  });

  test('stays as large as the load of the next hours wants it', () => {
    expect(workOf(decided(little, [100, 100, 100, 100, 900, 100]))).toBeUndefined();
    expect(workOf(decided(little, [100, 100, 100, 100, 900, 100], 'forecast'))).toBe(2);
    expect(workOf(decided(little, [100]))).toBe(2);
  });

  test('is never made smaller than without a forecast, whatever was usual', () => {
    const parallelism = 8;
    const at = (decision: AutoscalerDecision) => workOf(decision) ?? parallelism;
    assert(
      property(
        integer({ min: 1, max: 1600 }),
        array(integer({ min: 1, max: 3000 }), { minLength: 3, maxLength: 14 }),
        (offered, usual) => {
          const busy = Math.min(1, offered / (100 * parallelism));
          const rate = Math.min(offered, 100 * parallelism);
          const load = { rate, busy: { source: busy / 4, work: busy }, lagGrowth: offered - rate, parallelism };
          expect(at(decided(load, usual))).toBeGreaterThanOrEqual(at(decided(load, usual, 'forecast')));
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });
});
