/** What keeps a job from being rescaled by its autoscaler. */
import { expect, test } from '@jest/globals';
import type { JobState } from '../../../core/job-state.ts';
import type { Trouble } from '../../../core/recovery/trouble.ts';
import { refusalOfScaling, revisionMeant } from '../../../core/scaling/scaling-refusal.ts';
import { someGeneration, someOperation, someState, smallSpec } from '../../support/state-fixture.ts';

const running = someGeneration(2, { revision: 3 });
const scaled = smallSpec({ job: { jarUri: 'local:///opt/job.jar', parallelism: 8 } });
const changed = smallSpec({ flink: { version: '2.3', configuration: { 'rest.flamegraph.enabled': 'true' } } });
const killed: Trouble = {
  finding: { reason: 'POD_OUT_OF_MEMORY', standing: 'trying', action: 'wait', retry: 'useful', isOfRevision: true },
  of: { generation: 2, submission: 1 },
  since: '2026-11-23T03:46:34Z',
};
const wrong = 'something is wrong with it (POD_OUT_OF_MEMORY)';
const revision = (spec: typeof scaled) => ({ number: 4, spec, specHash: 'h4' });

test.each<[string, Partial<JobState>]>([
  ['that runs', {}],
  ['whose last scaling did not come about', { revision: revision(scaled) }],
])('a job %s may be rescaled', (_what, change) => {
  expect(refusalOfScaling(someState({ generations: [running], ...change }))).toBeUndefined();
});

test.each<[string, Partial<JobState>, string]>([
  ['with an operation under way', { running: someOperation(5, 'upgrade') }, 'operation 5 (upgrade) is under way'],
  [
    'with a savepoint under way and something else waiting',
    { running: someOperation(5, 'savepoint'), queue: [someOperation(6, 'upgrade')] },
    'operation 5 (savepoint) is under way',
  ],
  [
    'that is suspended, with a clean-up under way',
    { running: someOperation(5, 'cleanup'), phase: 'SUSPENDED' },
    'operation 5 (cleanup) is under way',
  ],
  ['for which one waits', { queue: [someOperation(6, 'upgrade')] }, 'operation 6 (upgrade) waits'],
  ['with a candidate', { phase: 'DUAL_RUNNING' }, 'a candidate waits to be promoted or discarded'],
  [
    'that is about to be brought back',
    { trouble: { ...killed, dueAt: '2026-11-23T03:47:34Z', isJudged: true } },
    wrong,
  ],
  ['that nobody brings back any more', { trouble: { ...killed, isGivenUp: true } }, wrong],
  ['that is suspended', { phase: 'SUSPENDED' }, 'it is SUSPENDED'],
  ['that has failed', { phase: 'FAILED' }, 'it is FAILED'],
  ['of which nothing is known to run', { generations: [] }, 'it is not known what runs'],
  [
    'whose newest revision did not come about',
    { revision: revision(changed) },
    'revision 4 was accepted, and revision 3 runs',
  ],
])('a job %s is left alone', (_what, change, why) => {
  expect(refusalOfScaling(someState({ generations: [running], ...change }))).toEqual({
    code: 'NOT_NOW',
    message: `The job is not rescaled now: ${why}.`,
  });
});

test.each<[string, Partial<JobState>]>([
  ['a savepoint', { running: someOperation(5, 'savepoint') }],
  ['a savepoint that waits', { queue: [someOperation(5, 'savepoint')] }],
  ['what Flink mends by itself', { trouble: { ...killed, isJudged: true } }],
  ['what nobody has judged yet', { trouble: killed, queue: [someOperation(5, 'savepoint')] }],
  ['two of them', { running: someOperation(5, 'dispose'), queue: [someOperation(6, 'savepoint')] }],
])('a job that is busy with %s is so for a moment', (_what, change) => {
  expect(refusalOfScaling(someState({ generations: [running], ...change }))?.code).toBe('BUSY_BRIEFLY');
});

test.each([
  ['of the job as it is', 4, 'h4', 4],
  ['of what runs, where what failed was taken back', 3, running.specHash, 4],
  ['of what runs, where somebody wants another spec', 3, 'h4', 3],
  ['of what ran before', 2, running.specHash, 2],
])('a decision %s is about revision …', (_what, decidedOn, specHash, expected) => {
  const state = someState({ generations: [running], revision: { ...revision(scaled), specHash } });
  expect(revisionMeant(state, decidedOn)).toBe(expected);
});
