import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { backoffMs } from '../../../core/recovery/backoff.ts';
import { judgeBudget, withAttempt, type RecoveryAttempt } from '../../../core/recovery/budget.ts';
import type { RecoverySpec } from '../../../core/schema/flink-job.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const defaults: RecoverySpec = smallSpec().spec.recovery;
const failed = { hasSucceeded: false } as const;

function judge(attempts: readonly RecoveryAttempt[], nowSeconds: number, policy: Partial<RecoverySpec> = {}) {
  const nowMs = nowSeconds * 1000;
  const verdict = judgeBudget({ attempts, policy: { ...defaults, ...policy }, sinceMs: nowMs, nowMs });
  return verdict.is === 'used' ? 'used' : verdict.atMs / 1000;
}

test('each wait is twice the one before it, up to the longest', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 19].map((made) => backoffMs(made, defaults.backoff) / 1000);
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

describe('an attempt', () => {
  test.each<[string, RecoveryAttempt[], number, number | 'used']>([
    ['is made at once where there was none', [], 1000, 1000],
    ['waits after the end of the one before', [attempt(1000)], 1015, 1020],
    ['waits for nothing when the wait is over', [attempt(1000)], 1100, 1100],
    ['waits longer after two', [attempt(1000), attempt(1030)], 1050, 1060],
    ['waits from the beginning of one that was lost', [attempt(1000, { ...failed, endedAtMs: undefined })], 1005, 1010],
    ['is the first again when the last one has lasted', [attempt(0), attempt(100, {}), attempt(900)], 1510, 1510],
    ['is the first again when an earlier one had lasted', [attempt(0), attempt(100), attempt(900)], 915, 920],
    ['does not count one that broke before it had lasted', [attempt(0), attempt(100), attempt(200)], 215, 250],
    ['is not made after the last of the budget', [0, 50, 100, 150, 200].map((at) => attempt(at)), 220, 'used'],
    [
      'is not made because those before took long, or are long ago',
      [0, 800, 1600, 2400, 3200].map((at) => attempt(at, { endedAtMs: (at + 700) * 1000 })),
      3950,
      'used',
    ],
    [
      'that brought nothing back counts, however long ago it was',
      [0, 3600, 7200, 10_800, 14_400].map((at) => attempt(at, failed)),
      18_000,
      'used',
    ],
  ])('%s', (_title, attempts, nowSeconds, verdict) => {
    expect(judge(attempts, nowSeconds)).toBe(verdict);
  });

  test('has a budget of its own once a job has lasted, and the job forgets the others', () => {
    const nowMs = 2_000_000;
    const verdict = judgeBudget({ attempts: [attempt(0), attempt(50)], policy: defaults, sinceMs: nowMs, nowMs });
    expect(verdict).toEqual({ is: 'left', atMs: nowMs, made: [] });
  });

  test('waited for is due when its time has come, and not put off', () => {
    const input = { attempts: [attempt(0), attempt(30), attempt(70)], policy: defaults, sinceMs: 85_000 };
    const due = judgeBudget({ ...input, nowMs: 85_000 });
    expect(due).toMatchObject({ atMs: 120_000 });
    expect(judgeBudget({ ...input, nowMs: 120_000 })).toEqual(due);
    expect(judgeBudget({ ...input, nowMs: 3_000_000 })).toMatchObject({ atMs: 3_000_000, made: input.attempts });
  });
});

/** Breaks so long after each attempt, which takes so long; says how many attempts were made in ten days. */
function attemptsUntilTheEnd(
  breaksAfterSeconds: number,
  hasSucceeded: boolean,
  { takesSeconds = 10, ...change }: Partial<RecoverySpec> & { readonly takesSeconds?: number } = {},
) {
  const policy = { ...defaults, ...change };
  let attempts: readonly RecoveryAttempt[] = [];
  let count = 0;
  for (let now = 0; now < 864_000; count += 1) {
    const sinceMs = now * 1000;
    const verdict = judgeBudget({ attempts, policy, sinceMs, nowMs: sinceMs });
    if (verdict.is === 'used') return count;
    const at = verdict.atMs / 1000;
    attempts = [...verdict.made, attempt(at, { sinceMs, hasSucceeded, endedAtMs: (at + takesSeconds) * 1000 })];
    now = at + takesSeconds + breaksAfterSeconds;
  }
  return 'no end';
}

describe('a job that never lasts', () => {
  test.each([
    ['breaks at once', 0, true],
    ['breaks after a minute', 60, true],
    ['breaks just before it had lasted', 500, true],
    ['does not come up at all', 0, false],
    ['does not come up, and is found out late', 5000, false],
  ])('and %s is given up after its attempts', (_title, after, succeeds) => {
    expect(attemptsUntilTheEnd(after, succeeds)).toBe(5);
  });

  test('is given up also where it waits longer for an attempt than it must last', () => {
    const patient = { backoff: { initial: '20m', max: '2h' }, stableAfter: '10m' };
    expect(attemptsUntilTheEnd(1, true, patient)).toBe(5);
  });

  test('is given up also where each attempt takes minutes', () => {
    expect(attemptsUntilTheEnd(590, true, { takesSeconds: 240 })).toBe(5);
  });

  test('is given up after its attempts, however long these take and however seldom it breaks', () => {
    const holdsOn = fc.record({
      after: fc.nat(599),
      takesSeconds: fc.nat(7200),
      attempts: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(holdsOn, ({ after, takesSeconds, attempts }) => {
        expect(attemptsUntilTheEnd(after, true, { takesSeconds, attempts })).toBe(attempts);
      }),
    );
  });

  test('is never tried more often than it may be, whatever happens between two attempts', () => {
    const breaks = fc.array(fc.record({ after: fc.nat(599), lasts: fc.nat(3000), ok: fc.boolean() }), {
      minLength: 40,
    });
    fc.assert(
      fc.property(breaks, (all) => {
        let attempts: readonly RecoveryAttempt[] = [];
        let now = 0;
        let count = 0;
        for (const { after, lasts, ok } of all) {
          const verdict = judgeBudget({ attempts, policy: defaults, sinceMs: now * 1000, nowMs: now * 1000 });
          if (verdict.is === 'used') break;
          const endedAtMs = verdict.atMs + lasts * 1000;
          attempts = [
            ...verdict.made,
            attempt(verdict.atMs / 1000, { sinceMs: now * 1000, hasSucceeded: ok, endedAtMs }),
          ];
          now = verdict.atMs / 1000 + lasts + after;
          count += 1;
        }
        expect(count).toBe(defaults.attempts);
      }),
    );
  });
});

test('a job that lasts each time is brought back for ever', () => {
  expect(attemptsUntilTheEnd(600, true, { takesSeconds: 240 })).toBe('no end');
});

const silent = (atSeconds: number) => attempt(atSeconds, { ...failed, unasked: 1 });

/** One after the other, each of which takes 10 s. @returns how long each was waited for, and what is remembered. */
function silentFor(count: number, before: readonly RecoveryAttempt[] = []) {
  let attempts = before;
  const waits: number[] = [];
  for (let now = 1000; waits.length < count;) {
    const atSeconds = Number(judge(attempts, now));
    waits.push(atSeconds - now);
    attempts = withAttempt(attempts, silent(atSeconds));
    now = atSeconds + 10;
  }
  return { attempts, waits };
}

describe('attempts that reach nobody', () => {
  test('leave the budget as it is, with waits that grow up to the longest', () => {
    const { attempts, waits } = silentFor(20);
    expect(waits.slice(0, 7)).toEqual([0, 10, 20, 40, 80, 160, 300]);
    expect(waits.slice(7)).toEqual(Array.from({ length: 13 }, () => 300));
    expect(judge(attempts, 100_000)).toBe(100_000);
  });

  test('are remembered as one, since when the first was due and when the last was made', () => {
    const { attempts } = silentFor(20);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ sinceMs: 1_000_000, unasked: 20 });
    expect(attempts[0]?.atMs).toBeGreaterThan(4_000_000);
  });

  test('use up nothing of what others may still be made, and those that reached somebody nothing of theirs', () => {
    const asked = (count: number) => Array.from({ length: count }, (_, at) => attempt(at * 50, failed));
    const { attempts } = silentFor(9, asked(4));
    expect(attempts).toHaveLength(5);
    expect(judge(attempts, 100_000)).toBe(100_000);
    expect(judge(withAttempt(attempts, attempt(100_000, failed)), 100_020)).toBe('used');
  });

  test('make no later one wait that reached somebody', () => {
    const attempts = withAttempt(silentFor(9).attempts, attempt(10_000, failed));
    expect(judge(attempts, 10_012)).toBe(10_020);
  });

  test('of putting objects back are apart from those that bring the job back', () => {
    const heal = attempt(2000, { ...failed, action: 'heal', unasked: 1 });
    const both = [silent(1000), heal];
    expect(withAttempt(both, silent(3000))).toMatchObject([{ action: 'heal' }, { action: 'restart', unasked: 2 }]);
    expect(withAttempt(both, heal)).toMatchObject([{ action: 'restart' }, { action: 'heal', unasked: 2 }]);
  });
});
