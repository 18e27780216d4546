/** When an autoscaler has something to do by itself, and what keeps it from scaling. */
import { describe, expect, test } from '@jest/globals';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import { autoscalerStatus } from '../../../core/scaling/autoscaler-status.ts';
import { newAutoscaler, whyHeldOff, withKnown, type KnownDecision } from '../../../core/scaling/autoscaler-state.ts';
import { answerMs, lookMs, nextDueMs } from '../../../core/scaling/due.ts';
import { heldOff, type HoldingOff } from '../../../core/scaling/holding-off.ts';
import { someDecision, someDecisionRecord } from '../../support/decisions.ts';

const because = { code: 'NOT_NOW', text: 'It is busy.' };
const job = {
  uid: 'abcdefgh',
  cluster: 'local',
  namespace: 'flink',
  generation: 1,
  revision: 1,
  mode: 'active',
} as const;
const idle = newAutoscaler(job, 0);
const underWay = {
  decision: someDecision(),
  record: someDecisionRecord({ operation: 5 }),
  recordSeq: 1,
  sinceMs: 100,
  lookedAtMs: 200,
};

describe('an autoscaler', () => {
  test('that waits for nothing has no timer', () => expect(nextDueMs(idle)).toBeUndefined());

  test.each([
    ['an answer', { asks: [{ key: 'k', atMs: 10 }] }, 10 + answerMs],
    ['the end of an operation', { underWay }, 200 + lookMs],
    ['another try', { againAtMs: 77 }, 77],
    ['whatever comes first', { underWay, againAtMs: 77 }, 77],
  ])('that waits for %s', (_what, change, due) => expect(nextDueMs({ ...idle, ...change })).toBe(due));

  test('scales nothing while a scaling is under way', () => {
    expect(whyHeldOff({ ...idle, underWay }, 0)).toEqual({
      code: 'SCALING_UNDER_WAY',
      text: 'Decision 1 is being carried out by operation 5.',
    });
  });

  test('scales nothing until its time has come after a failure', () => {
    const holdingOff: HoldingOff = { times: 1, untilMs: 1_000, because };
    expect(whyHeldOff({ ...idle, holdingOff }, 999)).toEqual({
      code: 'HELD_OFF',
      text: 'Nothing is scaled until 1970-01-01T00:00:01.000Z: It is busy.',
    });
    expect(whyHeldOff({ ...idle, holdingOff }, 1_000)).toBeUndefined();
  });
});

describe('what is shown of an autoscaler', () => {
  const minute = 60_000;
  const wish = { atMs: 10 * minute, parallelism: 3, outside: true };
  const distrusts = [{ vertex: 'w', above: 4, atMs: 0, untilMs: 30 * minute, times: 1 }];
  const memory = { ...emptyMemory, delayedScaleDowns: { v: { sinceMs: 5 * minute, wishes: [wish] } }, distrusts };
  const holdingOff = { times: 1, untilMs: 20 * minute, because };

  test.each([
    [15, 1, 1, true],
    [25, 1, 1, false],
    [35, 1, 0, false],
    [41, 0, 0, false],
  ])('after %i minutes is what counts then', (minutes, waits, coolDowns, isHeldOff) => {
    const status = autoscalerStatus({ ...idle, memory, holdingOff }, minutes * minute);
    expect([status.waits.length, status.coolDowns.length]).toEqual([waits, coolDowns]);
    expect('holdingOff' in status).toBe(isHeldOff);
  });
});

test('each failure in a row holds off twice as long, six hours at most', () => {
  let held: HoldingOff | undefined;
  const minutes = Array.from({ length: 9 }, () => {
    held = heldOff(held, because, 0);
    return held.untilMs / 60_000;
  });
  expect(minutes).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
});

test('a job that is busy for a moment is held off for a minute, five at most while it lasts, and that does not count', () => {
  const busy = { code: 'BUSY_BRIEFLY', text: 'A savepoint is under way.' };
  let held: HoldingOff | undefined = heldOff(undefined, because, 0);
  const minutes = Array.from({ length: 5 }, () => {
    const nowMs: number = held?.untilMs ?? 0;
    held = heldOff(held, busy, nowMs);
    return (held.untilMs - nowMs) / 60_000;
  });
  expect(minutes).toEqual([1, 2, 4, 5, 5]);
  expect(held.times).toBe(1);
  expect(heldOff(held, because, held.untilMs).times).toBe(2);
  const later = held.untilMs + 5 * 60_000;
  expect(heldOff(held, busy, later).untilMs - later).toBe(60_000);
});

const one = (number: number, outcome: KnownDecision['outcome'] = 'underWay'): KnownDecision => ({
  number,
  id: `id-${number}`,
  at: '',
  action: 'scale',
  outcome,
  reason: '',
  changes: [],
});

test('a failure that is long over does not count any more', () => {
  const longAgo: HoldingOff = { times: 5, untilMs: 0, because };
  expect(heldOff(longAgo, because, 6 * 60 * 60_000).times).toBe(1);
  expect(heldOff(longAgo, because, 6 * 60 * 60_000 - 1).times).toBe(6);
});

test('the newest twenty decisions are known, each as it was told last', () => {
  let known: readonly KnownDecision[] = [];
  for (let number = 1; number <= 25; number += 1) known = withKnown(known, one(number));
  known = withKnown(known, one(24, 'carriedOut'));
  expect(known.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
  expect(known.filter(({ number }) => number === 24)).toEqual([one(24, 'carriedOut')]);
});
