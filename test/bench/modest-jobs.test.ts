/** How many jobs of which kind a benchmark makes. */
import { expect, test } from '@jest/globals';
import { autoscaledOf } from './modest-jobs.ts';

test.each<[jobs: number, said: string | undefined, expected: number]>([
  [20, undefined, 10],
  [1, undefined, 1],
  [0, undefined, 0],
  [20, '3', 3],
  [20, '0', 0],
  [5, '20', 5],
])('of %d jobs, where %s is said, %d have an active autoscaler', (jobs, said, expected) => {
  expect(autoscaledOf(jobs, said)).toBe(expected);
});
