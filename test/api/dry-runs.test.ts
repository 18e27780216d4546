/** A dry run of every change of a job: says what would happen, is refused as the change itself is, and changes nothing. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dryRunAnswer } from '../../api/answer-shapes.ts';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { restarted, suspended } from '../../core/verbs.ts';
import { specHash } from '../../core/spec/canonical.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type CallOptions, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { jobSpec, jobView, operationRecord, specInput } from '../support/records.ts';
import { someSavepoint, someTime } from '../support/state-fixture.ts';

let plane: ControlPlane;
let call: Caller;
let postgres: Postgres;
let temporal: Connection;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
  temporal = await Connection.connect({ address: plane.temporalAddress });
  await call('PUT', '/v1/clusters/local', { body: {} });
});
afterAll(async () => {
  await temporal?.close();
  await postgres?.end();
  await plane?.stop();
});

type Change = readonly [method: string, word: string, options?: CallOptions];

/** What there is to try beside those that make another spec. */
const asides: readonly Change[] = [
  ['POST', '/savepoints', { body: {} }],
  ['DELETE', '/savepoints/2?force=true'],
  ['POST', '/operations/1/abort'],
];

/** Every change that can be tried out, but for an apply. */
const changes: readonly Change[] = [
  ...asides,
  ['POST', '/suspend', { body: { mode: 'last-state', force: true } }],
  ['POST', '/cancel'],
  ['POST', '/resume'],
  ['POST', '/restart'],
  ['POST', '/scale', { body: { parallelism: 2 } }],
  ['POST', '/rollback'],
  ['POST', '/restore', { body: { savepoint: 2 } }],
  ['POST', '/promote'],
  ['POST', '/discard'],
  ['DELETE', ''],
];

const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
const storage = { root: 's3://bucket/flink' };
const generation = { number: 1, revision: 1, flinkJobId: 'f00d', name: 'tried-a1b2c3d4-1' };

const pathOf = (uid: string, number: number) => `s3://bucket/flink/savepoints/${uid}/taken-${number}/savepoint-abc-1`;

let made = 0;

/** A job whose deploy waits for an agent. */
async function someJob(overrides: Parameters<typeof specInput>[1] = {}): Promise<JobView> {
  const name = `tried-${(made += 1)}`;
  const { body } = await call('PUT', path(name), { body: specInput(name, { storage, ...overrides }) });
  return body.job;
}

/** The same with what its records say when it runs; without an agent that never comes about. */
async function recordedJob(changeOf: (job: JobView) => Partial<JobView> = () => ({})): Promise<JobView> {
  const accepted = await someJob();
  const job: JobView = { ...accepted, phase: 'RUNNING', generation, lastRun: 1, ...changeOf(accepted) };
  await writeRecords(postgres, [{ kind: 'job', uid: job.uid, seq: 1_000, job }]);
  return job;
}

/** An operation that brings about the revision of its number. */
const brought = (number: number, state: 'succeeded' | 'running') =>
  operationRecord({ number, kind: number === 1 ? 'deploy' : 'upgrade', state, revision: number });

/** A job at revision 3, which is revision 1 again: what ran between them had another nonce. @param newest the operations since */
async function wentBack(newest: readonly OperationRecord[], shown: Partial<JobView>): Promise<string> {
  const { name, uid, spec } = await recordedJob(() => ({
    revision: 3,
    generation: { ...generation, revision: 2 },
    ...shown,
  }));
  const left = restarted(spec);
  const accepted = { specHash: specHash(left), acceptedBy: 'ada', acceptedAt: someTime };
  const operations = [brought(1, 'succeeded'), brought(2, 'succeeded'), ...newest];
  await writeRecords(postgres, [
    { kind: 'revision', uid, revision: 2, spec: left, ...accepted },
    ...operations.map((operation) => ({ kind: 'operation' as const, uid, seq: 1_000, operation })),
  ]);
  const areThere = async () => (await call('GET', `${path(name)}/revisions`)).body.items.length === 2;
  await waitUntil(areThere, { what: 'both revisions', timeoutMs: 120_000 });
  return name;
}

const tryIt = (name: string, [method, word, options]: Change) =>
  call(method, `${path(name)}${word}${word.includes('?') ? '&' : '?'}dryRun=true`, options);

describe('what would happen', () => {
  test('to a running job is its plan, its cost, its starting point and its last pause', async () => {
    const { name, uid } = await recordedJob();
    const upgrade = operationRecord({ number: 2, kind: 'upgrade', state: 'succeeded', pauseMs: 840 });
    await writeRecords(postgres, [
      { kind: 'operation', uid, seq: 1, operation: upgrade },
      { kind: 'savepoint', uid, seq: 1, savepoint: someSavepoint(2) },
    ]);
    const stopped = 'the savepoint with which the job is stopped';
    const inPlace = 'a checkpoint that is taken for it: the job is not stopped';
    const expected: readonly (readonly [Change, ...unknown[]])[] = [
      [['POST', '/scale', { body: { parallelism: 2 } }], true, 'rescale', 'rescale', inPlace, undefined],
      [['POST', '/restart'], true, 'upgrade', 'restart', stopped, 840],
      [['POST', '/suspend'], true, 'suspend', 'restart', undefined, undefined],
      [['POST', '/cancel'], true, 'cancel', 'restart', undefined, undefined],
      [['POST', '/resume'], false, undefined, undefined, undefined, undefined],
      [['POST', '/restore', { body: { savepoint: 2 } }], true, 'upgrade', 'restart', someSavepoint(2).path, 840],
      [['DELETE', ''], true, 'remove', 'restart', undefined, undefined],
    ];
    for (const [change, ...told] of expected) {
      const { status, body } = await tryIt(name, change);
      const { changed, plan, startsFrom, lastPauseMs } = dryRunAnswer.parse(body);
      expect([status, changed, plan?.kind, plan?.cost, startsFrom, lastPauseMs]).toEqual([200, ...told]);
    }
  });

  test('to the savepoints of a removed job is as its removal says', async () => {
    const { name } = await recordedJob();
    for (const [query, note] of [
      ['', /and savepoints stay/],
      ['&savepoints=dispose', /but for those from which other jobs start/],
      ['&savepoints=dispose&deletion=savepoint', /but for the one from which it could go on/],
      ['&savepoints=dispose&deletion=leave', /and savepoints stay/],
    ] as const) {
      const { body } = await call('DELETE', `${path(name)}?dryRun=true${query}`);
      expect(dryRunAnswer.parse(body).plan?.notes).toEqual([expect.anything(), expect.stringMatching(note)]);
    }
  });

  test('to a job that was given up is that it starts from what is left of it', async () => {
    const failure = { code: 'NOT_BROUGHT_BACK', message: 'm', cure: 'c' } as const;
    const { name } = await recordedJob(() => ({ phase: 'FAILED', failure }));
    const { body } = await tryIt(name, ['POST', '/resume']);
    expect(dryRunAnswer.parse(body)).toMatchObject({
      changed: true,
      plan: { kind: 'deploy', cost: 'redeploy', mode: 'last-state' },
      startsFrom: 'the newest state of what is left of the job',
    });
  });

  test('by a rollback is the way back to the revision that it names', async () => {
    const active = { ...generation, revision: 2 };
    const { name, uid, spec } = await recordedJob((job) => ({
      revision: 2,
      spec: restarted(job.spec),
      generation: active,
    }));
    const accepted = { specHash: specHash(spec), acceptedBy: 'ada', acceptedAt: someTime };
    await writeRecords(postgres, [{ kind: 'revision', uid, revision: 2, spec, ...accepted }]);
    const isThere = async () => (await call('GET', `${path(name)}/revisions`)).body.items.length === 2;
    await waitUntil(isThere, { what: 'both revisions', timeoutMs: 120_000 });
    const tried = await tryIt(name, ['POST', '/rollback', { body: { to: 1 } }]);
    expect(dryRunAnswer.parse(tried.body)).toMatchObject({
      changed: true,
      revision: 2,
      plan: { kind: 'upgrade', changes: [{ path: 'spec.restartNonce', from: '1', cost: 'restart' }] },
    });
  });

  test('by a rollback that is asked for again while the job goes back is nothing, and not the way to what it goes back from', async () => {
    const name = await wentBack([brought(3, 'running')], { operation: 3 });
    expect((await tryIt(name, ['POST', '/rollback'])).body).toMatchObject({ changed: false, revision: 3 });
    const named = await tryIt(name, ['POST', '/rollback', { body: { to: 2 } }]);
    expect(named.body).toMatchObject({ changed: true, spec: { spec: { restartNonce: 1 } } });
  });

  test('by a rollback of a job that has gone back, and is being brought back since it broke, is that it goes to what it went away from', async () => {
    const mending = operationRecord({ number: 4, kind: 'recover', state: 'running', revision: 3 });
    const runs = { generation: { ...generation, revision: 3 }, operation: 4, phase: 'RECOVERING' } as const;
    const name = await wentBack([brought(3, 'succeeded'), mending], runs);
    const tried = await tryIt(name, ['POST', '/rollback']);
    expect(tried.body).toMatchObject({ changed: true, spec: { spec: { restartNonce: 1 } } });
  });

  test('to a suspended job is that it starts from where it was stopped', async () => {
    const restorePoint = 's3://bucket/sp';
    const { name } = await recordedJob(({ spec }) => ({ phase: 'SUSPENDED', spec: suspended(spec), restorePoint }));
    const { body } = await tryIt(name, ['POST', '/resume']);
    expect(body).toMatchObject({ plan: { kind: 'resume', cost: 'redeploy' }, startsFrom: restorePoint });
  });

  test('by a suspension is that the state is kept, also where upgrades leave it behind, unless the caller says so', async () => {
    const { name } = await recordedJob(({ spec }) => ({
      spec: { ...spec, spec: { ...spec.spec, upgrade: { ...spec.spec.upgrade, mode: 'stateless' } } },
    }));
    const modeOf = async (body: object) => (await tryIt(name, ['POST', '/suspend', { body }])).body.plan.mode;
    expect([await modeOf({}), await modeOf({ mode: 'stateless' })]).toEqual(['savepoint', 'stateless']);
  });

  test('to one that was suspended with its state is the same, also where upgrades leave the state behind', async () => {
    const restorePoint = 's3://bucket/sp';
    const { name } = await recordedJob(({ spec }) => ({
      phase: 'SUSPENDED',
      spec: suspended({ ...spec, spec: { ...spec.spec, upgrade: { ...spec.spec.upgrade, mode: 'stateless' } } }),
      restorePoint,
    }));
    expect((await tryIt(name, ['POST', '/resume'])).body).toMatchObject({ startsFrom: restorePoint });
  });

  test('to a candidate is told by its verdict, and nothing else is taken beside it', async () => {
    const candidate = { ...generation, number: 2, since: '2026-01-01T00:00:00.000Z' };
    const { name } = await recordedJob(() => ({ phase: 'DUAL_RUNNING', candidate }));
    for (const [verdict, cost] of [
      ['promote', 'redeploy'],
      ['discard', 'none'],
    ] as const) {
      const { body } = await tryIt(name, ['POST', `/${verdict}`]);
      expect(dryRunAnswer.parse(body)).toMatchObject({ changed: true, plan: { kind: verdict, cost } });
    }
    expect(await tryIt(name, ['POST', '/restart'])).toMatchObject({ status: 409, body: { code: 'CANDIDATE_WAITS' } });
  });
});

describe('of savepoints and operations', () => {
  test('it is said where one would go, and that the job runs on', async () => {
    const { name, uid } = await recordedJob();
    const { body } = await tryIt(name, ['POST', '/savepoints', { body: { format: 'canonical' } }]);
    expect(dryRunAnswer.parse(body)).toMatchObject({
      changed: true,
      plan: { kind: 'savepoint', cost: 'none', notes: ['The job runs on.'] },
      savepoint: { number: 2, format: 'canonical', folder: `s3://bucket/flink/savepoints/${uid}/taken-2` },
    });
  });

  test('it is said which files would go', async () => {
    const { name, uid } = await recordedJob();
    const savepoints = [2, 3].map((number) => someSavepoint(number, { path: pathOf(uid, number) }));
    await writeRecords(
      postgres,
      savepoints.map((savepoint) => ({ kind: 'savepoint', uid, seq: 1, savepoint })),
    );
    const { body } = await tryIt(name, ['DELETE', '/savepoints/2']);
    const deletes = [{ number: 2, path: `s3://bucket/flink/savepoints/${uid}/taken-2` }];
    expect(dryRunAnswer.parse(body)).toMatchObject({ changed: true, plan: { kind: 'dispose' }, deletes });
  });

  test('of a removed job it is said which would go, and which another job keeps', async () => {
    const gone = jobView({ name: 'gone', uid: 'goneuid1', phase: 'REMOVED', spec: jobSpec('gone', { storage }) });
    const savepoints = [2, 3, 4].map((number) => someSavepoint(number, { path: pathOf('goneuid1', number) }));
    await writeRecords(postgres, [
      { kind: 'job', uid: gone.uid, seq: 1, job: gone },
      ...savepoints.map((savepoint) => ({ kind: 'savepoint' as const, uid: gone.uid, seq: 1, savepoint })),
    ]);
    const user = await recordedJob(() => ({ restorePoint: pathOf('goneuid1', 3) }));
    const { body } = await tryIt('gone', ['DELETE', '/savepoints?which=all&force=true']);
    expect(dryRunAnswer.parse(body)).toMatchObject({
      changed: true,
      plan: { kind: 'dispose', cost: 'none' },
      deletes: [{ number: 2, path: expect.stringMatching(/taken-2$/) }, { number: 4 }],
      keeps: [{ number: 3, why: expect.stringContaining(user.name) }],
    });
    const needed = await tryIt('gone', ['DELETE', '/savepoints/3']);
    expect(needed).toMatchObject({ status: 409, body: { code: 'SAVEPOINT_NEEDED' } });
    expect(await tryIt('gone', ['DELETE', '/savepoints/9'])).toMatchObject({ status: 404 });
  });

  test('it is said what an operation would leave that gives up', async () => {
    const { name } = await someJob();
    const isRunning = async () => (await call('GET', `${path(name)}/operations/1`)).body.state === 'running';
    await waitUntil(isRunning, { what: 'the deploy', timeoutMs: 120_000 });
    const { body } = await tryIt(name, ['POST', '/operations/1/abort']);
    const abort = { operation: 1, kind: 'deploy', end: 'givenUp', leaves: expect.stringMatching(/Nothing has been/) };
    expect(dryRunAnswer.parse(body)).toMatchObject({ changed: true, abort });
    expect((await call('GET', path(name))).body.phase).toBe('DEPLOYING');
  });
});

describe('what would be refused is refused in the same words', () => {
  /** The answer to the dry run, which must be that of the change itself. */
  async function refusal(name: string, [method, word, options]: Change): Promise<string> {
    const tried = await tryIt(name, [method, word, options]);
    const asked = await call(method, `${path(name)}${word}`, options);
    const told = ({ status, body: { code, detail, cure } }: typeof tried) => ({ status, code, detail, cure });
    expect(told(tried)).toEqual(told(asked));
    return `${asked.status} ${asked.body.code}`;
  }

  test.each<[string, Change, string]>([
    ['a rollback without an earlier revision', ['POST', '/rollback'], '409 NO_EARLIER_REVISION'],
    ['a rollback to one that is not older', ['POST', '/rollback', { body: { to: 5 } }], '409 NO_EARLIER_REVISION'],
    ['a savepoint that is nowhere', ['POST', '/restore', { body: { savepoint: 9 } }], '404 NO_SUCH_SAVEPOINT'],
    ['one of no job', ['POST', '/restore', { body: { savepoint: 9, of: 'nowhere' } }], '404 NO_SUCH_JOB'],
    ['nothing to scale', ['POST', '/scale', { body: {} }], '422 INVALID_BODY'],
    ['more than the slots that the spec gives', ['POST', '/scale', { body: { parallelism: 9 } }], '422 SPEC_REFUSED'],
    ['a resume from a savepoint', ['POST', '/resume', { body: { mode: 'savepoint' } }], '422 INVALID_BODY'],
    ['an unknown mode', ['POST', '/suspend', { body: { mode: 'gently' } }], '422 INVALID_BODY'],
    ['another revision', ['POST', '/restart', { headers: { 'if-match': '"7"' } }], '412 PRECONDITION_FAILED'],
    ['the removal of another revision', ['DELETE', '', { headers: { 'if-match': '"7"' } }], '412 PRECONDITION_FAILED'],
    ['a way to remove it that is not known', ['DELETE', '?deletion=slowly'], '400 INVALID_PARAMETER'],
    ['a promotion without a candidate', ['POST', '/promote'], '409 NO_CANDIDATE'],
    ['savepoints that neither stay nor go', ['DELETE', '?savepoints=some'], '400 INVALID_PARAMETER'],
    ['its discard', ['POST', '/discard'], '409 NO_CANDIDATE'],
    ['a savepoint of an unknown format', ['POST', '/savepoints', { body: { format: 'raw' } }], '422 INVALID_BODY'],
    ['a disposal of what is nowhere', ['DELETE', '/savepoints/9'], '404 NO_SUCH_SAVEPOINT'],
    ['a disposal of several of a living job', ['DELETE', '/savepoints?which=all'], '409 JOB_NOT_REMOVED'],
    ['an abort of what has not begun', ['POST', '/operations/9/abort'], '409 OPERATION_ENDED'],
  ])('%s', async (_title, change, expected) => {
    const { name } = await someJob({ taskManager: { replicas: 2 } });
    // Its phase is in some of the words.
    const isDeploying = async () => (await call('GET', path(name))).body.phase === 'DEPLOYING';
    await waitUntil(isDeploying, { what: 'the deploy', timeoutMs: 120_000 });
    expect(await refusal(name, change)).toBe(expected);
  });

  // An operation may be given up while its job goes, as long as it has not ended.
  const refusedThen = changes.filter(([, word]) => !word.endsWith('/abort'));

  test.each(refusedThen)('%s …%s of a job that is not there, or goes', async (...change) => {
    expect(await refusal('nowhere', change)).toBe('404 NO_SUCH_JOB');
    const { name, uid } = await someJob();
    await writeRecords(postgres, [{ kind: 'savepoint', uid, seq: 1, savepoint: someSavepoint(2) }]);
    await call('DELETE', path(name));
    const [, word] = change;
    expect(await refusal(name, change)).toBe(word === '/rollback' ? '409 NO_EARLIER_REVISION' : '409 BEING_REMOVED');
  });

  test.each(changes.slice(0, -1))('%s …%s of a job whose workflow was ended by hand', async (...change) => {
    const { name, uid } = await someJob();
    await writeRecords(postgres, [{ kind: 'savepoint', uid, seq: 1, savepoint: someSavepoint(2) }]);
    await new Client({ connection: temporal }).workflow.getHandle(`job/default/${name}`).terminate('by hand');
    const [, word] = change;
    expect(await refusal(name, change)).toBe(word === '/rollback' ? '409 NO_EARLIER_REVISION' : '409 NO_WORKFLOW');
  });

  test('a key that was used for another request', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const { name } = await someJob();
    await call('PUT', path(name), { body: specInput(name), headers });
    expect(await refusal(name, ['POST', '/restart', { headers }])).toBe('409 KEY_REUSED');
    const again = await call('PUT', `${path(name)}?dryRun=true`, { body: specInput(name), headers });
    expect(again.body).toMatchObject({ dryRun: true, changed: false });
  });
});

async function rowsOf(table: string): Promise<number | null> {
  return (await postgres.query(`select from ${table}`)).rowCount;
}

test('nothing is changed, whatever is tried', async () => {
  const { name, uid } = await someJob();
  await writeRecords(postgres, [{ kind: 'savepoint', uid, seq: 1, savepoint: someSavepoint(2) }]);
  const handle = new Client({ connection: temporal }).workflow.getHandle(`job/default/${name}`);
  const known = async () => {
    const { events = [] } = await handle.fetchHistory();
    const updates = (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const tables = ['jobs', 'revisions', 'operations', 'savepoints', 'idempotency_keys'];
    return { updates: updates.length, rows: await Promise.all(tables.map(rowsOf)) };
  };
  const recorded = async () => (await call('GET', `${path(name)}/revisions`)).body.items.length > 0;
  await waitUntil(recorded, { what: 'the revision', timeoutMs: 120_000 });
  const before = await known();
  expect(before.updates).toBe(1);
  const headers = { 'idempotency-key': randomUUID() };
  for (const [method, word, options] of changes) {
    const answer = await tryIt(name, [method, word, { ...options, headers }]);
    expect([200, 409]).toContain(answer.status);
  }
  await call('PUT', `${path(name)}?dryRun=true`, { body: specInput(name, { restartNonce: 2 }), headers });
  expect(await known()).toEqual(before);
  // The key is as good as new.
  expect(await call('POST', `${path(name)}/restart`, { headers })).toMatchObject({ status: 202 });
});
