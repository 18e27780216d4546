import { describe, expect, test } from '@jest/globals';
import { compareOrder, countsAfter, isNewer } from '../../../core/observation/order.ts';
import type { Observation, ObservationOrder } from '../../../core/observation/observation.ts';
import { observation } from '../../support/observation-fixture.ts';
import { someGeneration } from '../../support/state-fixture.ts';

const order = (attemptMs: number, seq: number, elapsedMs = 0): ObservationOrder => ({ attemptMs, seq, elapsedMs });

describe('of two observations, the newer one is', () => {
  test.each<[string, ObservationOrder, ObservationOrder]>([
    ['that of the later attempt', order(2000, 1), order(1000, 900)],
    ['the later one of the same attempt', order(1000, 8), order(1000, 7)],
    [
      'that of the later attempt also where the older one came back from a pause',
      order(2000, 1, 5),
      order(1000, 9, 60_000),
    ],
  ])('%s', (_title, newer, older) => {
    expect(isNewer({ order: newer }, { order: older })).toBe(true);
    expect(isNewer({ order: older }, { order: newer })).toBe(false);
  });

  test('none where it is the same one twice', () => {
    expect(isNewer(observation(), observation())).toBe(false);
    expect(compareOrder(order(1, 2, 3), order(1, 2, 4))).toBe(0);
  });

  test('the only one where none is known', () => expect(isNewer(observation(), undefined)).toBe(true));
});

describe('after an operation, an observation', () => {
  const generation = someGeneration(2, { submission: 5 });

  test.each<[string, Partial<Observation>, boolean]>([
    ['made since counts', { order: order(1000, 9, 501) }, true],
    ['made in that moment does not', { order: order(1000, 9, 500) }, false],
    ['made before does not, though it comes later', { order: order(1000, 9, 400) }, false],
    ['of an attempt that began since counts', { order: order(1600, 1) }, true],
    ['of the submission before does not', { submission: 4, order: order(9000, 1) }, false],
    ['of the generation before does not', { generation: 1, order: order(9000, 1) }, false],
    ['of another job of that name does not', { uid: 'zyxwvuts', order: order(9000, 1) }, false],
    ['counts by no clock of an agent', { seenAt: '1999-01-01T00:00:00.000Z', order: order(1000, 9, 600) }, true],
  ])('%s', (_title, change, counts) => {
    expect(countsAfter(observation({ submission: 5, ...change }), { generation, endedAtMs: 1500 })).toBe(counts);
  });

  test('of what runs counts where there was no operation', () => {
    expect(countsAfter(observation({ submission: 5 }), { generation })).toBe(true);
  });
});
