/** A soak takes what people are told, too, and nothing that is a fault of Drey's own. */
import { expect, test } from '@jest/globals';
import { endedAs, faultsIn, refusedWith, type Done } from './support/soak-outcomes.ts';

test.each([
  ['RECORDS_AWAY', false],
  ['WORKFLOWS_AWAY', false],
  ['SAVEPOINT_IN_USE', false],
  ['INTERNAL', true],
  ['NO_SUCH_JOB', true],
  ['SPEC_REFUSED', true],
  // What the client says where the answer has no code.
  ['UNKNOWN', true],
])('a refusal with %s is a fault: %s', (code, isFault) => expect(refusedWith(code).isFault ?? false).toBe(isFault));

test.each([
  ['succeeded', undefined, false],
  ['superseded', undefined, false],
  ['failed', 'JOB_NOT_RUNNING', false],
  ['failed', 'INTERNAL', true],
  ['failed', undefined, true],
])('an operation that is %s with %s is a fault: %s', (state, code, isFault) =>
  expect(endedAs(state, code).isFault ?? false).toBe(isFault),
);

test('faults are told with the job and what was asked of it', () => {
  const asked = { job: 'soaked-1', verb: 'scale' };
  const done: Done[] = [
    { ...asked, ...endedAs('succeeded', undefined) },
    { ...asked, ...endedAs('failed', 'INTERNAL') },
  ];
  expect(faultsIn(done)).toEqual(['soaked-1, scale: failed: INTERNAL']);
});
