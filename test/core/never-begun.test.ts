/** What is left of an operation whose workflow never began. */
import { expect, test } from '@jest/globals';
import { givenUpBefore } from '../../core/job-changes.ts';
import { concludeOperation } from '../../core/job-outcome.ts';
import { neverBegun, waitedInVain, type NeverBegun, type Waited } from '../../core/never-begun.ts';
import type { OperationInput } from '../../core/operation-result.ts';
import { orphansStay } from '../../core/orphans.ts';
import { someGeneration, someOperation, someState, someTime } from '../support/state-fixture.ts';

const state = someState({
  generations: [someGeneration(2)],
  restorePoint: 's3://a/b',
  aging: { path: 's3://a/b', from: 'checkpoint', sinceMs: 1 },
  startedFrom: 's3://a/c',
});
const { record, recordSeq } = someOperation(5, 'upgrade');

const input: OperationInput = {
  record,
  recordSeq,
  ...state,
  cluster: 'local',
  namespace: 'flink',
  wasRunning: true,
  spec: state.revision.spec,
  askCluster: false,
};

const stay = ['job/default/orders/5-upgrade'];
const stays: NeverBegun = { failure: orphansStay(stay, 'orders') };
const aborted: NeverBegun = { failure: givenUpBefore('ada asked for it') };
const restored: NeverBegun = { failure: givenUpBefore('operation 6 takes its place'), by: someOperation(6) };

test.each<[string, NeverBegun, Partial<OperationInput>, object]>([
  ['has failed where another has its id', stays, {}, { state: 'failed', failure: { code: 'EARLIER_OPERATION_RUNS' } }],
  ['is given up where somebody asks', aborted, {}, { state: 'aborted', failure: { code: 'ABORTED' } }],
  [
    'tells that nothing was restored where a newer wish takes its place',
    restored,
    { restoreFrom: 's3://a/d' },
    { state: 'aborted', supersededBy: 6, failure: { code: 'SUPERSEDED' } },
  ],
])('%s', (_title, why, change, ended) => {
  const result = neverBegun({ ...input, ...change }, why, someTime);
  expect(result.record).toMatchObject({ number: 5, endedAt: someTime, ...ended });
  expect(result.unwritten).toEqual([
    { kind: 'operation', uid: state.uid, seq: recordSeq + 1, operation: result.record },
  ]);
});

const asked = { reason: 'ada asked for it' };

test.each<[string, Partial<Waited>, NeverBegun | undefined]>([
  ['is tried again while there is time', {}, undefined],
  ['is tried no more when the time is up', { isTimeUp: true }, stays],
  ['is given up as soon as somebody asks', { abort: asked }, aborted],
  ['is given up by whoever asks, where the time is up too', { abort: asked, isTimeUp: true }, aborted],
])('%s', (_title, change, why) => {
  expect(waitedInVain({ stay, abort: undefined, isTimeUp: false, name: 'orders', ...change })).toEqual(why);
});

test('leaves a job that had ended so', () => {
  const after = { ...structuredClone(state), phase: 'DEPLOYING' as const };
  const known = { hadEnded: { phase: 'SUSPENDED' as const } };
  concludeOperation(after, neverBegun({ ...input, wasRunning: false }, aborted, someTime), after.revision, known);
  expect(after).toMatchObject({ phase: 'SUSPENDED', restorePoint: state.restorePoint, aging: state.aging });
});

test('leaves its job as it was', () => {
  const before = structuredClone(state);
  const after = structuredClone(state);
  concludeOperation(after, neverBegun(input, stays, someTime), after.revision);
  const { generations, restorePoint, startedFrom, phase } = before;
  expect(after).toMatchObject({ generations, restorePoint, startedFrom, phase, failure: stays.failure });
});
