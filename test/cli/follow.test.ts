/** How often what is followed is looked at. */
import { expect, test } from '@jest/globals';
import { pollMsOf } from '../../cli/follow.ts';

test.each([
  [0, 200],
  [1, 200],
  [20, 200],
  [1_000, 10_000],
])('of %d jobs at once each is asked for every %d ms: 100 requests a second at most', (count, ms) => {
  expect(pollMsOf(count)).toBe(ms);
});
