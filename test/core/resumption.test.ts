/** Whether a job that was stopped is still to be resumed, after whatever has ended since: its entity and its records say the same. */
import { expect, test } from '@jest/globals';
import { concludeOperation } from '../../core/job-outcome.ts';
import type { Failure } from '../../core/failure.ts';
import type { JobState } from '../../core/job-state.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { ChangeKind } from '../../core/plan/change-plan.ts';
import { isRecordedToResume, isToBeResumed } from '../../core/resumption.ts';
import { someOperation, someState, someTime } from '../support/state-fixture.ts';

const failure: Failure = { code: 'IMAGE_NOT_PULLED', message: 'm', cure: 'c' };

/** An operation that has ended: with its kind alone, it went well. */
function ended(kind: OperationKind, state: OperationRecord['state'] = 'succeeded', planned = true): OperationRecord {
  const { record } = someOperation(5, kind);
  const plan = { kind: kind as ChangeKind, cost: 'redeploy', changes: [], notes: [] } as const;
  return { ...record, state, endedAt: someTime, ...(planned && { plan }) };
}

function conclude(state: JobState, record: OperationRecord): void {
  const isFailed = record.state !== 'succeeded';
  state.running = { record, recordSeq: 1 };
  const end = { generations: [], leftRunning: false, unwritten: [], ...(isFailed && { failure }) };
  concludeOperation(state, { record, recordSeq: 20, ...end }, state.revision);
}

test.each<[string, readonly OperationRecord[], boolean]>([
  ['nothing has failed', [ended('suspend')], false],
  ['its resume has failed', [ended('suspend'), ended('resume', 'failed')], true],
  ['its resume was given up', [ended('suspend'), ended('resume', 'aborted')], true],
  ['it has failed twice', [ended('resume', 'failed'), ended('resume', 'failed')], true],
  ['a deploy in its place has failed, too', [ended('resume', 'failed'), ended('deploy', 'failed')], true],
  ['a removal was given up since', [ended('resume', 'failed'), ended('remove', 'aborted', false)], true],
  ['its savepoint was disposed of since', [ended('resume', 'failed'), ended('dispose', 'succeeded', false)], true],
  ['it went well since', [ended('resume', 'failed'), ended('resume')], false],
  ['another start has failed', [ended('resume'), ended('deploy', 'failed')], false],
])('%s', (_title, operations, isToResume) => {
  const state = someState({ phase: 'SUSPENDED', generations: [] });
  for (const operation of operations) conclude(state, operation);
  expect(isToBeResumed(state)).toBe(isToResume);
  expect(isRecordedToResume(operations.toReversed())).toBe(isToResume);
});

test('a release before this one has noted nothing: then its last operation tells', () => {
  const record = ended('resume', 'failed');
  const state = someState({ phase: 'FAILED', newest: { record, recordSeq: 20 } });
  expect(isToBeResumed(state)).toBe(true);
  conclude(state, ended('deploy', 'failed'));
  expect(isToBeResumed(state)).toBe(true);
});

test('what runs again is not to be resumed any more', () => {
  const state = someState({ resumes: true });
  const { record } = someOperation(5);
  const end = { generations: [], leftRunning: true, unwritten: [], failure };
  concludeOperation(state, { record: { ...record, state: 'failed' }, recordSeq: 20, ...end }, state.revision);
  expect(isToBeResumed(state)).toBe(false);
});
