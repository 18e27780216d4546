/** What an autoscaler asks of its job, where the job's workflow and PostgreSQL are made up. */
import { expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { findScaling, requestScaling, type FoundScaling } from '../../activities/control/scaling.ts';
import type { Postgres } from '../../clients/postgres/connect.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { ScaleVerticesAnswer, ScaleVerticesRequest } from '../../core/scaling/scaling-request.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { smallSpec, someOperation, someTime } from '../support/state-fixture.ts';

const [a, b] = ['a'.repeat(32), 'b'.repeat(32)] as const;
const ref = { tenant: 'default', name: 'orders', uid: 'abcdefgh' };
const job = (spec: FlinkJob, revision = 3) => ({
  ...ref,
  phase: 'RUNNING',
  spec,
  revision,
  updatedAt: someTime,
  generation: { number: 2, revision: 1 },
});

interface World {
  readonly spec?: FlinkJob;
  readonly revision?: number;
  readonly operations?: readonly OperationRecord[];
  readonly update?: (request: ScaleVerticesRequest) => ScaleVerticesAnswer;
}

function temporalWith({ spec = smallSpec(), revision, operations = [], update }: World): Client {
  const handle = {
    query: async () => ({ job: job(spec, revision), operations }),
    executeUpdate: async (_name: string, { args: [request] }: { readonly args: readonly [ScaleVerticesRequest] }) =>
      update?.(request),
  };
  return { workflow: { getHandle: () => handle } } as unknown as Client;
}

const postgresWith = (records: readonly OperationRecord[] = []) =>
  ({
    query: async (_text: string, [, number]: readonly [string, number]) => ({
      rows: records.filter((one) => one.number === number).map((record) => ({ record })),
    }),
  }) as unknown as Postgres;

const postgresAway = {
  connect: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
} as unknown as Postgres;

const wish = {
  ...ref,
  revision: 1,
  decision: 'd-1',
  reason: 'r',
  wanted: { [a]: 8, [b]: 6 },
  now: { [a]: 4, [b]: 4 },
  slots: 14,
};
const counted = smallSpec({ taskManager: { replicas: 2, slots: 1 }, autoscaler: { mode: 'active' } });

const taken = (): ScaleVerticesAnswer => ({ operation: 2, revision: 2 });

/** As the job's workflow answers a request that it does not know. */
function notAt({ ifRevision }: ScaleVerticesRequest): never {
  const refusal = ApplicationFailure.nonRetryable(`The job is at 3, not ${ifRevision}.`, 'PRECONDITION_FAILED');
  throw new WorkflowUpdateFailedError('refused', refusal);
}

test('a request carries the slots of the decision', async () => {
  const requests: ScaleVerticesRequest[] = [];
  const update = (request: ScaleVerticesRequest) => {
    requests.push(request);
    return { operation: 2, revision: 2 };
  };
  expect(await requestScaling(postgresAway, temporalWith({ update }), wish)).toEqual({ operation: 2 });
  expect(requests).toMatchObject([{ ifRevision: 1, wanted: wish.wanted, slots: 14, key: 'autoscaler-d-1' }]);
});

test('a request that was taken before the worker died has its operation, also under a spec of somebody since that forbids it', async () => {
  expect(await requestScaling(postgresAway, temporalWith({ spec: counted, update: taken }), wish)).toEqual({
    operation: 2,
  });
});

test('one that was not taken is not asked for where the spec forbids it', async () => {
  const requests: ScaleVerticesRequest[] = [];
  const update = (request: ScaleVerticesRequest) => {
    requests.push(request);
    return notAt(request);
  };
  const answer = await requestScaling(postgresAway, temporalWith({ spec: counted, update }), wish);
  expect(answer).toMatchObject({ why: { code: 'SPEC_REFUSED' } });
  // No job is ever at that revision.
  expect(requests.map(({ ifRevision }) => ifRevision)).toEqual([-1]);
});

test('one under a quota is not carried out while nobody knows what is left, unless it was taken before', async () => {
  const underQuota = { ...wish, isUnderQuota: true };
  const answer = await requestScaling(postgresAway, temporalWith({ update: notAt }), underQuota);
  expect(answer).toMatchObject({ why: { code: 'QUOTA_UNKNOWN' }, isFinal: false });
  expect(await requestScaling(postgresAway, temporalWith({ update: taken }), underQuota)).toEqual({ operation: 2 });
});

test('one for another revision is refused for good', async () => {
  const answer = await requestScaling(postgresAway, temporalWith({ update: notAt }), wish);
  expect(answer).toMatchObject({ why: { code: 'PRECONDITION_FAILED' }, isFinal: true });
});

const record = (number: number, change: Partial<OperationRecord> = {}): OperationRecord => ({
  ...someOperation(number, 'rescale').record,
  requestedBy: 'autoscaler',
  revision: 2,
  ...change,
});
const ended = (state: OperationRecord['state'], change: Partial<OperationRecord> = {}) =>
  record(2, { state, endedAt: '2026-01-02T04:00:00.000Z', ...change });

test.each<[string, readonly OperationRecord[], readonly OperationRecord[], number, object]>([
  ['runs', [record(2, { state: 'running' })], [], 2, { is: 'running' }],
  ['is not recorded yet', [], [], 2, { is: 'unknown' }],
  [
    'has succeeded',
    [],
    [ended('succeeded', { pauseMs: 7 })],
    2,
    { is: 'ended', end: { state: 'succeeded', pauseMs: 7 } },
  ],
  ['has failed, and was taken back', [ended('failed')], [], 3, { is: 'ended', end: { state: 'failed' } }],
  ['gave way to a newer spec', [ended('aborted')], [], 3, { is: 'ended', end: { gaveWay: true } }],
  ['was superseded before it began', [ended('superseded', { supersededBy: 3 })], [], 3, { end: { gaveWay: true } }],
  [
    'was lost, and is begun again',
    [record(3, { state: 'running' })],
    [ended('failed', { supersededBy: 3 })],
    2,
    { is: 'running' },
  ],
  [
    'was lost, and somebody else came next',
    [record(3, { state: 'running', requestedBy: 'ada' })],
    [ended('failed', { supersededBy: 3 })],
    3,
    { is: 'ended', end: { state: 'failed', operation: 2 } },
  ],
])('the end of an operation that %s', async (_what, known, recorded, revision, expected) => {
  const temporal = temporalWith({ operations: known, revision });
  const found: FoundScaling = await findScaling(postgresWith(recorded), temporal, {
    ...ref,
    decision: 'd',
    operation: 2,
  });
  expect(found).toMatchObject(expected);
});

test('what has failed by itself, or succeeded, did not give way', async () => {
  for (const state of ['failed', 'succeeded'] as const) {
    const temporal = temporalWith({ operations: [ended(state)], revision: 3 });
    const found = await findScaling(postgresWith(), temporal, { ...ref, decision: 'd', operation: 2 });
    expect(found).not.toHaveProperty('end.gaveWay');
  }
});
