import { expect, test } from '@jest/globals';
import { correctFirstStart } from '../../core/new-job.ts';
import { smallSpec, someState } from '../support/state-fixture.ts';

const from = (initialSavepoint?: string) => smallSpec({ job: { jarUri: 'local:///opt/job.jar', initialSavepoint } });
const revision = { number: 1, spec: from('s3://b/wrong'), specHash: 'h1' };

test.each([
  ['a job that never ran starts from where its new spec says', {}, from('s3://b/right'), 's3://b/right'],
  ['or empty, when that says so', {}, from(), undefined],
  ['a job that has run keeps its own state', { lastRun: revision }, from('s3://b/right'), 's3://b/wrong'],
  ['and so does one with a state of its own', { restorePoint: 's3://b/own' }, from('s3://b/right'), 's3://b/own'],
])('%s', (_title, change, spec, restorePoint) => {
  const state = someState({ revision, restorePoint: 's3://b/wrong', ...change });
  correctFirstStart(state, spec);
  expect(state.restorePoint).toBe(restorePoint);
});
