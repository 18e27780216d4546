/** Savepoints of jobs that were removed, on the real workflows: listed, disposed of, restored, and never taken from a job. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { changeAnswer, operationAnswer, savepointAnswer } from '../../api/answer-shapes.ts';
import { disposeRemovedOf } from '../../api/job-workflow.ts';
import type { Problem } from '../../api/problem.ts';
import { connectPostgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { connectTemporal, type Temporal } from '../../clients/temporal/connect.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Answer, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { jobView, specInput } from '../support/records.ts';
import { startAgent, type AgentProcess } from '../support/start-agent.ts';
import { someSavepoint } from '../support/state-fixture.ts';

let plane: ControlPlane;
let call: Caller;
let agent: AgentProcess;
const folder = mkdtempSync(join(tmpdir(), 'drey-removed-'));
/** While it is there, the agent deletes nothing. */
const hold = join(folder, 'hold');
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  agent = await startAgent(plane, 'made-up-agent', { HOLD: hold });
});
afterAll(async () => {
  await agent?.stop('SIGKILL');
  await plane?.stop();
  rmSync(folder, { recursive: true });
});

afterEach(() => rmSync(hold, { force: true }));

const jobs = '/v1/tenants/default/jobs';
const path = (name: string) => `${jobs}/${name}`;
let made = 0;
const newName = () => `gone-${(made += 1)}`;

interface Gone {
  readonly name: string;
  readonly uid: string;
  /** Numbers of its savepoints, the oldest first. */
  readonly taken: readonly number[];
}

/** Waits until the operation of an accepted change has ended, by the uid of its job. */
async function ended(change: Pick<Answer, 'status' | 'body'>): Promise<Answer['body']> {
  if (change.status >= 300) throw new Error(`refused with ${change.status}: ${JSON.stringify(change.body)}`);
  const { job, operation } = changeAnswer.parse(change.body);
  const look = async () => {
    const { body } = await call('GET', `${path(job.name)}/operations/${operation?.number}?uid=${job.uid}`);
    return body.endedAt !== undefined && body;
  };
  const what = `operation ${operation?.number} of ${job.name} to end`;
  return operationAnswer.parse(await waitUntil(look, { what, timeoutMs: 120_000 }));
}

async function done(change: Pick<Answer, 'status' | 'body'>): Promise<Answer['body']> {
  const operation = await ended(change);
  expect(operation).toMatchObject({ state: 'succeeded' });
  return operation;
}

const apply = (name: string, spec: Partial<FlinkJobInput['spec']> = {}) =>
  call('PUT', path(name), { body: specInput(name, { storage, ...spec }) });

const startedFrom = (initialSavepoint: string) => ({
  job: { jarUri: 'local:///opt/flink/usrlib/counts.jar', initialSavepoint },
});

/** A job that runs and has taken so many savepoints. */
async function someJob(savepoints: number, spec: Partial<FlinkJobInput['spec']> = {}): Promise<Gone> {
  const name = newName();
  const applied = await apply(name, spec);
  await done(applied);
  const taken: number[] = [];
  for (let count = 0; count < savepoints; count += 1)
    taken.push((await done(await call('POST', `${path(name)}/savepoints`, { body: {} }))).number);
  return { name, uid: applied.body.job.uid, taken };
}

/** The same, removed. */
async function goneJob(savepoints: number, spec?: Partial<FlinkJobInput['spec']>): Promise<Gone> {
  const job = await someJob(savepoints, spec);
  await done(await call('DELETE', path(job.name)));
  return job;
}

const dispose = ({ name, uid }: Gone, number: number | undefined, query = '') =>
  call('DELETE', `${path(name)}/savepoints/${number}?uid=${uid}${query}`);

/** Numbers of those whose files are there, the newest first. */
async function left({ name, uid }: Gone): Promise<number[]> {
  const { body } = await call('GET', `${path(name)}/savepoints?uid=${uid}&state=completed`);
  return body.items.map(({ number }: { number: number }) => number);
}

async function pathOf({ name, uid }: Gone, number: number | undefined): Promise<string> {
  return (await call('GET', `${path(name)}/savepoints/${number}?uid=${uid}`)).body.path;
}

async function workflowState(name: string): Promise<string> {
  const connection = await Connection.connect({ address: plane.temporalAddress });
  const { status } = await new Client({ connection }).workflow.getHandle(`job/default/${name}`).describe();
  await connection.close();
  return status.name;
}

describe('a savepoint of a removed job', () => {
  test('is listed and shown, and goes by its number; nothing is left over', async () => {
    const job = await goneJob(2);
    const [older = 0, newest = 0] = job.taken;
    const list = await call('GET', `${path(job.name)}/savepoints`);
    expect(list.body.items).toMatchObject([{ number: newest, state: 'completed', pinned: false }, { number: older }]);
    const answer = await call('DELETE', `${path(job.name)}/savepoints/${older}`);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        job: { uid: job.uid, phase: 'REMOVED' },
        // After the removal, which was the newest one.
        operation: { number: newest + 2, kind: 'dispose', state: 'queued', requestedBy: 'admin' },
      },
    });
    expect(answer.headers.get('location')).toBe(`${path(job.name)}/operations/${newest + 2}?uid=${job.uid}`);
    const { steps } = await done(answer);
    expect(steps.map(({ name }: { name: string }) => name)).toEqual([
      'standInApplied',
      'savepointsDisposed',
      'standInRemoved',
    ]);
    const shown = savepointAnswer.parse((await call('GET', `${path(job.name)}/savepoints/${older}`)).body);
    expect(shown).toMatchObject({ state: 'disposed', disposedBy: newest + 2 });
    expect(await left(job)).toEqual([newest]);
    const deleted = `deleted file:///flink-state/savepoints/${job.uid}/taken-${older} in the name of ${job.name}-${job.uid}-`;
    expect(agent.output()).toContain(deleted);
    const madeAndRemoved = (word: string) => agent.output().split(`${word} ${job.name}-${job.uid}-`).length;
    expect(madeAndRemoved('made')).toBe(madeAndRemoved('removed'));
    await waitUntil(async () => (await workflowState(job.name)) === 'COMPLETED', {
      what: 'the workflow to end',
      timeoutMs: 60_000,
    });
    expect((await call('GET', path(job.name))).status).toBe(404);
  });

  test('only goes with force when it is the newest, and once', async () => {
    const job = await goneJob(1);
    const [newest] = job.taken;
    expect(await dispose(job, newest)).toMatchObject({ status: 409, body: { code: 'SAVEPOINT_IN_USE' } });
    expect(await done(await dispose(job, newest, '&force=true'))).toMatchObject({ kind: 'dispose' });
    expect(await dispose(job, newest, '&force=true')).toMatchObject({
      status: 404,
      body: { code: 'NO_SUCH_SAVEPOINT' },
    });
    expect(await left(job)).toEqual([]);
  });

  test('with one key is one operation', async () => {
    const job = await goneJob(2);
    const [older = 0, newest = 0] = job.taken;
    const headers = { 'idempotency-key': randomUUID() };
    const ask = (query = '') => call('DELETE', `${path(job.name)}/savepoints/${older}${query}`, { headers });
    const answers = [await ask(), await ask()];
    expect(answers.map(({ body }) => body.operation.number)).toEqual([newest + 2, newest + 2]);
    expect(await ask('?force=true')).toMatchObject({ status: 409, body: { code: 'KEY_REUSED' } });
    for (const answer of answers) await done(answer);
  });

  test('goes with others: all, or those that have become too old, but not the newest', async () => {
    const job = await goneJob(2, { savepoints: { retain: { age: '1h' } } });
    // Taken long ago, and fallen off the job's own list.
    const old = someSavepoint(1, { path: `file:/flink-state/savepoints/${job.uid}/taken-1/savepoint-made-up` });
    const postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
    await writeRecords(postgres, [{ kind: 'savepoint', uid: job.uid, seq: 1001, savepoint: old }]);
    await postgres.end();
    const several = (query: string) => call('DELETE', `${path(job.name)}/savepoints?${query}`);
    const { steps } = await done(await several('which=overRetention'));
    expect(steps[1]).toMatchObject({ name: 'savepointsDisposed', detail: '1' });
    expect(await several('which=overRetention')).toMatchObject({ status: 404, body: { code: 'NO_SUCH_SAVEPOINT' } });
    await done(await several('which=all'));
    expect(await left(job)).toEqual([job.taken[1]]);
    await done(await several('which=all&force=true'));
    expect(await left(job)).toEqual([]);
  });

  test('stays as long as another job starts from it, whoever insists', async () => {
    const job = await goneJob(2);
    const other = newName();
    const waiting = await apply(other, { state: 'suspended', ...startedFrom(await pathOf(job, job.taken[0])) });
    await ended(waiting);
    const refused = await dispose(job, job.taken[0], '&force=true');
    expect(refused).toMatchObject({ status: 409, body: { code: 'SAVEPOINT_NEEDED' } });
    expect(refused.body.detail).toContain(`job ${other} may start from it`);
    await done(await call('DELETE', path(other)));
    await done(await dispose(job, job.taken[0]));
  });

  test('stays for a job that was restored from it after its disposal was accepted', async () => {
    const job = await goneJob(4);
    const [first, second, third, newest] = job.taken;
    writeFileSync(hold, '');
    const several = await call('DELETE', `${path(job.name)}/savepoints?which=all`);
    const one = await dispose(job, third);
    const users = [newName(), newName()] as const;
    await ended(await apply(users[0], { state: 'suspended', ...startedFrom(await pathOf(job, second)) }));
    await ended(await apply(users[1], { state: 'suspended', ...startedFrom(await pathOf(job, third)) }));
    rmSync(hold);
    const { steps } = await done(several);
    const stays = `savepoint ${second} stays, for job ${users[0]} may start from it`;
    const staysToo = `savepoint ${third} stays, for job ${users[1]} may start from it`;
    expect(steps[1]).toMatchObject({ name: 'savepointsDisposed', detail: `${first}; ${stays}; ${staysToo}` });
    expect(await ended(one)).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_NEEDED' } });
    expect(await left(job)).toEqual([newest, third, second]);
  });

  test('may not go by a tenant that has lost the right to its namespace', async () => {
    const job = await goneJob(1);
    const grants = (await call('GET', '/v1/tenants/default')).body.grants;
    await call('PUT', '/v1/tenants/default', { body: { grants: [] } });
    const asked = async () => {
      const answer = await dispose(job, job.taken[0], '&force=true');
      return answer.status === 403 && answer;
    };
    const refused = await waitUntil(asked, { what: 'the grant to be gone', timeoutMs: 30_000 });
    expect(refused.body.code).toBe('NAMESPACE_NOT_GRANTED');
    await call('PUT', '/v1/tenants/default', { body: { grants } });
  });
});

describe('while another job has the name', () => {
  test('savepoints of the removed one are told apart by its uid, and go beside it', async () => {
    const job = await goneJob(2);
    const again = await apply(job.name);
    expect(await done(again)).toMatchObject({ kind: 'deploy' });
    expect((await call('GET', `${path(job.name)}/savepoints`)).body.items).toEqual([]);
    expect(await left(job)).toEqual(job.taken.toReversed());
    expect((await call('DELETE', `${path(job.name)}/savepoints/${job.taken[0]}`)).body.code).toBe('NO_SUCH_SAVEPOINT');
    await done(await dispose(job, job.taken[0]));
    expect(await left(job)).toEqual([job.taken[1]]);
    const { body } = await call('GET', path(job.name));
    expect(body).toMatchObject({ uid: again.body.job.uid, phase: 'RUNNING', generation: { number: 1 } });
    expect((await call('GET', `${path(job.name)}/operations`)).body.items).toMatchObject([{ number: 1 }]);
  });

  test('one that the other starts from stays', async () => {
    const job = await goneJob(2);
    await ended(await apply(job.name, { state: 'suspended', ...startedFrom(await pathOf(job, job.taken[0])) }));
    const refused = await dispose(job, job.taken[0], '&force=true');
    expect(refused).toMatchObject({ status: 409, body: { code: 'SAVEPOINT_NEEDED' } });
    expect(await left(job)).toEqual(job.taken.toReversed());
  });

  test('the other waits for a disposal under way, and does not start from what goes', async () => {
    const job = await goneJob(2);
    const going = await pathOf(job, job.taken[0]);
    writeFileSync(hold, '');
    const disposal = await dispose(job, job.taken[0]);
    const refused = await apply(job.name, startedFrom(going));
    expect(refused).toMatchObject({ status: 404, body: { code: 'NO_SUCH_SAVEPOINT' } });
    const applied = await apply(job.name, startedFrom(await pathOf(job, job.taken[1])));
    expect(applied).toMatchObject({ status: 201, body: { operation: { number: 1, state: 'queued' } } });
    rmSync(hold);
    const [disposed, deployed] = [await done(disposal), await done(applied)];
    expect(Date.parse(deployed.startedAt)).toBeGreaterThanOrEqual(Date.parse(disposed.endedAt));
    expect(deployed.restoredFrom).toBe(await pathOf(job, job.taken[1]));
    expect(await left(job)).toEqual([job.taken[1]]);
  });

  test('it is restored from one, and a job that is not there is told how to begin with one', async () => {
    const job = await goneJob(1);
    const body = { savepoint: job.taken[0], uid: job.uid };
    for (const query of ['', '?dryRun=true']) {
      const absent = await call('POST', `${path(job.name)}/restore${query}`, { body: { savepoint: job.taken[0] } });
      expect(absent).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
      expect(absent.body.cure).toContain(`spec.job.initialSavepoint: ${await pathOf(job, job.taken[0])}`);
    }
    await ended(await apply(job.name, { state: 'suspended' }));
    const tried = await call('POST', `${path(job.name)}/restore?dryRun=true`, { body });
    expect(tried.body).toMatchObject({ changed: true, startsFrom: await pathOf(job, job.taken[0]) });
    const restored = await call('POST', `${path(job.name)}/restore`, { body });
    expect(await done(restored)).toMatchObject({ restoredFrom: await pathOf(job, job.taken[0]) });
    const unknown = await call('POST', `${path(job.name)}/restore`, { body: { ...body, uid: 'nowhere1' } });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});

describe('of a job that lives', () => {
  test('savepoints go one by one, and not those that another job starts from', async () => {
    const job = await someJob(2);
    const several = await call('DELETE', `${path(job.name)}/savepoints?which=all`);
    expect(several).toMatchObject({ status: 409, body: { code: 'JOB_NOT_REMOVED' } });
    const other = newName();
    await ended(await apply(other, { state: 'suspended', ...startedFrom(await pathOf(job, job.taken[0])) }));
    const needed = await call('DELETE', `${path(job.name)}/savepoints/${job.taken[0]}?force=true`);
    expect(needed).toMatchObject({ status: 409, body: { code: 'SAVEPOINT_NEEDED' } });
  });
});

describe('a removal', () => {
  test('keeps all savepoints, or takes all along where that is said', async () => {
    expect(await left(await goneJob(2))).toHaveLength(2);
    const job = await someJob(2);
    const { steps } = await done(await call('DELETE', `${path(job.name)}?savepoints=dispose`));
    expect(steps).toContainEqual(expect.objectContaining({ name: 'savepointsDisposed', detail: job.taken.join(', ') }));
    expect(await left(job)).toEqual([]);
  });

  test('as its spec says, keeps the one with which it stops the job', async () => {
    const job = await someJob(2, { cleanup: { deleted: 'savepoint', savepoints: 'dispose' } });
    const { number } = await done(await call('DELETE', path(job.name)));
    expect(await left(job)).toEqual([number]);
  });

  test('takes them along where no Flink cluster is left, and leaves none behind', async () => {
    const job = await someJob(2);
    const suspended = await done(await call('POST', `${path(job.name)}/suspend`));
    const { steps } = await done(await call('DELETE', `${path(job.name)}?savepoints=dispose`));
    const detail = [...job.taken, suspended.number].join(', ');
    expect(steps).toContainEqual(expect.objectContaining({ name: 'savepointsDisposed', detail }));
    expect(await left(job)).toEqual([]);
    expect(agent.output()).toContain(`removed ${job.name}-${job.uid}-2`);
  });
});

test('a job may be made anew as soon as its removal has ended', async () => {
  const { name } = await goneJob(0);
  for (let round = 0; round < 4; round += 1) {
    const again = await done(await apply(name, { state: 'suspended' }));
    expect(again).toMatchObject({ number: 1 });
    await done(await call('DELETE', path(name)));
  }
});

describe('asked past the API, the workflow of the name', () => {
  const asked = (job: Gone, numbers: readonly number[], uid = job.uid) => {
    const request = { key: randomUUID(), bodyHash: 'h', requestedBy: 'test', uid, numbers };
    const view = jobView({ name: job.name, uid });
    return disposeRemovedOf(temporal, view, request).catch(({ code }: Problem) => code);
  };
  let temporal: Temporal;
  beforeAll(() => {
    temporal = connectTemporal({ address: plane.temporalAddress, namespace: 'default', identity: 'test' });
  });
  afterAll(() => temporal?.close());

  test('counts operations that wait, and refuses what is not there', async () => {
    const job = await goneJob(2);
    const [older = 0, newest = 0] = job.taken;
    writeFileSync(hold, '');
    const answers = await Promise.all([asked(job, [older]), asked(job, [newest])]);
    const numbers = answers.map((answer) => typeof answer === 'object' && answer.operation?.number);
    expect(new Set(numbers)).toEqual(new Set([newest + 2, newest + 3]));
    expect(await asked(job, [99])).toBe('NO_SUCH_SAVEPOINT');
    expect(await asked(job, [older], 'nowhere1')).toBe('NO_SUCH_JOB');
    rmSync(hold);
    await waitUntil(async () => (await left(job)).length === 0, { what: 'both to be gone', timeoutMs: 60_000 });
  });

  test('keeps what the job that has the name now starts from', async () => {
    const job = await goneJob(2);
    const [older = 0, newest = 0] = job.taken;
    await ended(await apply(job.name, { state: 'suspended', ...startedFrom(await pathOf(job, older)) }));
    expect(await asked(job, [older])).toBe('SAVEPOINT_NEEDED');
    expect(await asked(job, [newest])).toMatchObject({ operation: { number: newest + 2 } });
  });

  test('says that PostgreSQL is away, ends, and takes the same again later', async () => {
    const job = await goneJob(1);
    await plane.postgres.halt();
    expect(await asked(job, job.taken)).toBe('RECORDS_AWAY');
    await plane.postgres.resume();
    await waitUntil(async () => (await workflowState(job.name)) === 'COMPLETED', {
      what: 'the workflow to end',
      timeoutMs: 60_000,
    });
    const accepted = async () => typeof (await asked(job, job.taken)) === 'object';
    await waitUntil(accepted, { what: 'it to be taken', timeoutMs: 60_000 });
  });
});
