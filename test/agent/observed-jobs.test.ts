import { expect, test } from '@jest/globals';
import { ObservedJobs } from '../../agent/observed-jobs.ts';

test('the jobs of all shards are counted, each as it was last, and none of a shard that has ended', () => {
  const jobs = new ObservedJobs();
  const [one, other] = [{}, {}];
  expect(jobs.sum).toBe(0);
  jobs.note(one, 3);
  jobs.note(other, 4);
  jobs.note(one, 5);
  expect(jobs.sum).toBe(9);
  jobs.forget(one);
  expect(jobs.sum).toBe(4);
  jobs.forget(other);
  expect(jobs.sum).toBe(0);
});
