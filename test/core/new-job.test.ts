import { expect, test } from '@jest/globals';
import { correctFirstStart } from '../../core/new-job.ts';
import { smallSpec, someState } from '../support/state-fixture.ts';

const from = (initialSavepoint?: string) => smallSpec({ job: { jarUri: 'local:///opt/job.jar', initialSavepoint } });
const wrong = from('s3://b/wrong');
const right = from('s3://b/right');
const lastRun = { number: 1, spec: wrong, specHash: 'h1' };
const waiting = { restorePoint: 's3://b/wrong' };

test.each([
  ['a job that never ran starts from where its new spec says', waiting, wrong, right, 's3://b/right'],
  ['also where that says it first', {}, from(), right, 's3://b/right'],
  ['or empty, when that says so', waiting, wrong, from(), undefined],
  ['a job that has run keeps its own state', { ...waiting, lastRun }, wrong, right, 's3://b/wrong'],
  ['also where it waits with none', { lastRun }, from(), right, undefined],
  ['and so does one with a state of its own', { restorePoint: 's3://b/own' }, wrong, right, 's3://b/own'],
  ['whatever the spec has said', { restorePoint: 's3://b/own' }, from(), right, 's3://b/own'],
])('%s', (_title, change, before, now, restorePoint) => {
  const state = someState(change);
  correctFirstStart(state, before, now);
  expect(state.restorePoint).toBe(restorePoint);
});
