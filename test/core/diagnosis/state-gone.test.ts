/** What is said of a job whose checkpoints are gone: each with a cure that its reader has. */
import { expect, test } from '@jest/globals';
import { stateGone } from '../../../core/diagnosis/state-gone.ts';
import { someGeneration } from '../../support/state-fixture.ts';

test.each([
  ['a job goes on where its user says', someGeneration(2), /^The job has/, /savepoint restore/],
  [
    'a candidate is another one by then',
    someGeneration(2, { candidate: true }),
    /^The candidate has/,
    /^See what deletes/,
  ],
])('%s', (_title, generation, message, cure) => {
  const told = { code: 'STATE_GONE', message: expect.stringMatching(message), cure: expect.stringMatching(cure) };
  expect(stateGone(generation)).toEqual(told);
});
