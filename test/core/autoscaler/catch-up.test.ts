/** Feature `catchUp`: the capacity that clears a backlog by its deadline. */
import { expect, test } from '@jest/globals';
import { neededCapacity } from '../../../core/autoscaler/catch-up.ts';
import { operatorDefaults } from '../../../core/autoscaler/options.ts';

const minute = 60_000;
const options = { ...operatorDefaults, utilizationTarget: 0.7 };
const demand = { targetRate: 700, catchUpRate: 0, lagShare: 0 };
const backlog = { restartMs: minute, catchUpMs: 10 * minute };

test.each([
  // 700 / 0.7; what gathers in the pause takes 770/s only.
  ['is what the utilisation leaves free, where that is enough', demand, backlog, 1000],
  // 700 + (600 000 + 42 000) / 600 s
  ['is what clears the backlog and the pause in time', { ...demand, lagShare: 600_000 }, backlog, 1770],
  ['is that alone without a deadline', { ...demand, lagShare: 600_000 }, { ...backlog, catchUpMs: 0 }, 1000],
])('%s', (_what, wanted, until, capacity) => {
  expect(neededCapacity(wanted, until, options, true)).toBeCloseTo(capacity);
});

test("without it, is the operator's: both together", () => {
  // 1000 catch-up + 700 · 60 / 600 for the pause + 700 / 0.7
  const wanted = { ...demand, catchUpRate: 1000, lagShare: 600_000 };
  expect(neededCapacity(wanted, backlog, options, false)).toBe(2070);
});
