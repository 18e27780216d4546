import { expect, test } from '@jest/globals';
import { leavesCluster, staysFinished } from '../../core/finished-job.ts';
import { askedChange } from '../../core/asked-change.ts';
import type { JobState } from '../../core/job-state.ts';
import { completed } from '../../core/spec/completed.ts';
import { smallSpec, someGeneration, someOperation, someState } from '../support/state-fixture.ts';

const of = (finished: 'keep' | 'remove') =>
  someGeneration(2, { spec: completed(smallSpec({ cleanup: { finished } })) });

test.each<[string, Partial<JobState>, boolean]>([
  ['a job that has finished leaves one', {}, true],
  ['a job that runs needs it', { phase: 'RUNNING' }, false],
  ['a job whose Flink cluster is gone leaves none', { generations: [] }, false],
  ['a job whose spec says so keeps it', { generations: [of('keep')] }, false],
  [
    'a job with a candidate waits for people',
    { generations: [someGeneration(3, { candidate: true }), of('remove')] },
    false,
  ],
  ['a job that is about to be changed is cleared away by that', { queue: [someOperation(5)] }, false],
  ['a savepoint that waits clears nothing away', { queue: [someOperation(5, 'savepoint')] }, true],
])('%s', (_title, change, expected) => {
  expect(leavesCluster(someState({ phase: 'FINISHED', generations: [of('remove')], ...change }))).toBe(expected);
});

test.each<[string, 'keep' | 'remove', Partial<JobState>, boolean]>([
  ['a job that somebody canceled in Flink leaves one', 'remove', {}, true],
  ['a job whose spec keeps it for a look leaves none', 'keep', {}, false],
  ['a job that Drey canceled has none any more', 'remove', { generations: [] }, false],
  ['a job that is to be resumed is cleared away by that', 'remove', { queue: [someOperation(5)] }, false],
])('%s', (_title, canceled, change, expected) => {
  const spec = completed(smallSpec({ cleanup: { canceled, finished: canceled === 'keep' ? 'remove' : 'keep' } }));
  const generations = [someGeneration(2, { spec })];
  expect(leavesCluster(someState({ phase: 'CANCELED', generations, ...change }))).toBe(expected);
});

test('it is run again by what somebody has asked for alone', () => {
  expect([{ asked: askedChange(smallSpec(), undefined) }, {}].map(staysFinished)).toEqual([false, true]);
});
