/** Whether nobody knows which parallelism a job has, by what it and its records remember of its rescales. */
import { expect, test } from '@jest/globals';
import type { OperationKind } from '../../../core/operation-kinds.ts';
import type { OperationRecord, StepRecord } from '../../../core/operation.ts';
import { isRecordedUnsettled, isUnsettled } from '../../../core/rescale/unsettled.ts';
import type { StepName } from '../../../core/steps.ts';
import { someOperation, someTime } from '../../support/state-fixture.ts';

type Steps = Partial<Record<StepName, StepRecord['state']>>;

function ended(kind: OperationKind, state: OperationRecord['state'], steps: Steps = {}): OperationRecord {
  const told = Object.entries(steps).map(([name, is]) => ({ name, title: name, state: is, startedAt: someTime }));
  return { ...someOperation(5, kind).record, state, steps: told, endedAt: someTime };
}

const rescale = (steps: Steps) => ended('rescale', 'failed', { parallelismChanged: 'done', ...steps });
const notAsked = rescale({ parallelismPutBack: 'failed' });
const refused = ended('rescale', 'failed', { parallelismChecked: 'failed' });

test.each<[string, readonly OperationRecord[], boolean]>([
  ['nothing was done', [], false],
  ['a rescale was put back', [rescale({ parallelismPutBack: 'done', tasksRunning: 'done' })], false],
  ['one could not be', [notAsked], true],
  [
    'one was asked to be, and did not come to it',
    [rescale({ parallelismPutBack: 'done', tasksRunning: 'failed' })],
    true,
  ],
  ['the next one was refused', [notAsked, refused], true],
  [
    'a savepoint was taken since, and bookkeeping noted',
    [notAsked, ended('savepoint', 'succeeded'), ended('adjust', 'succeeded')],
    true,
  ],
  [
    'the next one was put back to that',
    [notAsked, rescale({ parallelismPutBack: 'done', tasksRunning: 'done' })],
    true,
  ],
  ['the next one went well', [notAsked, ended('rescale', 'succeeded')], false],
  ['an upgrade has gone back since', [notAsked, { ...ended('upgrade', 'failed'), rolledBackTo: 1 }], false],
  ['the job was started anew since', [notAsked, ended('recover', 'succeeded')], false],
])('by its records, where %s', (_title, operations, is) => {
  expect(isRecordedUnsettled(operations.toReversed())).toBe(is);
});

test.each([
  ['none was noted', {}, false],
  ['it was noted of what runs', { unsettledIn: 3 }, true],
  ['it was noted of an earlier submission', { unsettledIn: 2 }, false],
])('by the job itself, where %s', (_title, noted, is) => {
  expect(isUnsettled({ submission: 3, ...noted })).toBe(is);
});
