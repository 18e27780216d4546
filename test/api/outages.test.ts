/** What the API does while its parts are away, and that it finds back by itself. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPostgres } from '../../clients/postgres/connect.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { runDrey } from '../cli/run-drey.ts';
import { createCaller, type Answer, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';

let plane: ControlPlane;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
});
afterAll(async () => {
  await plane?.stop();
});

const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
const apply = (name: string, headers = {}) => call('PUT', path(name), { body: specInput(name), headers });

/** As clients do it: with one key, until it is accepted. */
async function applyPatiently(name: string, key: string = randomUUID()): Promise<Answer> {
  const accepted = async () => {
    const answer = await apply(name, { 'idempotency-key': key });
    return answer.body.code !== 'NOT_YET_ACCEPTED' && answer;
  };
  const what = `${name} to be accepted`;
  return waitUntil(accepted, { what, timeoutMs: 300_000, giveUp: () => plane.workerFailure() });
}

async function untilReady(): Promise<void> {
  await waitUntil(async () => (await call('GET', '/readyz')).status === 200, {
    what: 'the API to be ready',
    timeoutMs: 300_000,
  });
}

describe('without a worker', () => {
  test('a change is a 503 that may be repeated with its key, and is carried out once', async () => {
    await plane.stopWorker();
    const key = randomUUID();
    const refused = await apply('waits', { 'idempotency-key': key });
    expect(refused).toMatchObject({ status: 503, body: { code: 'NOT_YET_ACCEPTED' } });
    expect(refused.body.cure).toContain('see that a worker runs whose log says `this build is current`');
    expect(refused.body.cure).toContain(key);
    expect(refused.headers.get('retry-after')).toBe('1');
    // Jobs can be read all the while: who balances load leaves the API where it is.
    const missed = async () => {
      const { status, body } = await call('GET', '/readyz');
      return status === 200 && body.worker.ok === false && body;
    };
    expect(await waitUntil(missed, { what: 'the worker to be missed', timeoutMs: 300_000 })).toEqual({
      ready: true,
      postgres: { ok: true },
      temporal: { ok: true },
      worker: { ok: false, reason: expect.stringContaining('no worker asks Temporal for work') },
    });
    await plane.startWorker();
    const accepted = await applyPatiently('waits', key);
    expect((await call('GET', '/readyz')).body.worker).toEqual({ ok: true });
    expect(accepted).toMatchObject({ status: 201, body: { operation: { number: 1 } } });
    expect((await call('GET', `${path('waits')}/operations`)).body.items).toHaveLength(1);
  });

  test('a caller without a key is told the one to repeat with', async () => {
    await plane.stopWorker();
    const refused = await apply('keyless');
    expect(refused.status).toBe(503);
    expect(refused.body.cure).toContain(refused.headers.get('idempotency-key'));
    await plane.startWorker();
  });
});

describe('without PostgreSQL', () => {
  test('a job is made, read and followed; lists are a 503; records come later', async () => {
    await applyPatiently('known');
    await plane.postgres.halt();
    const made = await applyPatiently('offline');
    expect(made).toMatchObject({ status: 201, body: { operation: { number: 1 } } });
    expect(await call('GET', path('offline'))).toMatchObject({ status: 200, body: { name: 'offline' } });
    expect(await call('GET', `${path('offline')}/operations/1`)).toMatchObject({
      status: 200,
      body: { kind: 'deploy' },
    });
    const list = await call('GET', '/v1/tenants/default/jobs');
    expect(list).toMatchObject({ status: 503, body: { code: 'RECORDS_AWAY' } });
    expect(list.headers.get('retry-after')).toBe('1');
    for (const kind of ['operations', 'events', 'savepoints'])
      expect(await call('GET', `${path('offline')}/${kind}`)).toMatchObject({
        status: 503,
        body: { code: 'RECORDS_AWAY' },
      });
    const notReady = await call('GET', '/readyz');
    expect(notReady).toMatchObject({ status: 503, body: { postgres: { ok: false }, temporal: { ok: true } } });
    expect((await call('GET', '/healthz')).status).toBe(200);

    await plane.postgres.resume();
    await untilReady();
    const listed = async () => {
      const { body } = await call('GET', '/v1/tenants/default/jobs?namePrefix=offline');
      return body.items?.length === 1;
    };
    await waitUntil(listed, { what: 'the record to be written later', timeoutMs: 300_000 });
  });

  test('drey describes a job without its lists, and gives up the operation that is under way', async () => {
    await applyPatiently('looked-after');
    await plane.postgres.halt();
    const env = { DREY_SERVER: plane.url, DREY_TOKEN: plane.token };
    const drey = (...words: string[]) => runDrey(undefined, words, { env, now: Date.now });
    const described = await drey('describe', 'job', 'looked-after');
    const missing = 'earlier operations, events, savepoints';
    expect(described).toMatchObject({ code: 0, err: expect.stringContaining(missing) });
    expect(described.out).toMatch(/^Current operation:\n {2}Operation: +1 deploy$/m);
    const abandoned = await drey('abort', 'looked-after');
    expect(abandoned).toMatchObject({ code: 0, out: expect.stringContaining('give up operation 1') });
    await plane.postgres.resume();
    await untilReady();
  });
});

describe('without Temporal', () => {
  test('records are read, changes are a 503, and it comes back', async () => {
    await applyPatiently('stays');
    await plane.stopTemporal();
    expect(await call('GET', path('stays'))).toMatchObject({ status: 200 });
    expect(await call('GET', path('unheard-of'))).toMatchObject({ status: 404 });
    expect((await call('GET', '/v1/clusters/local')).body.agent.state).toMatch(/^(?:unknown|gone)$/);
    expect(await apply('later')).toMatchObject({ status: 503, body: { code: 'NOT_YET_ACCEPTED' } });
    expect(await call('DELETE', path('stays'))).toMatchObject({ status: 503, body: { code: 'NOT_YET_ACCEPTED' } });
    await plane.startTemporal();
    await untilReady();
    expect((await applyPatiently('later')).status).toBe(201);
  });
});

describe('the process', () => {
  test('starts and answers while PostgreSQL is away, and migrates when it comes', async () => {
    await plane.stopApi('SIGKILL');
    await plane.postgres.halt();
    await plane.startApi();
    expect((await call('GET', '/healthz')).status).toBe(200);
    expect((await call('GET', '/v1/clusters')).status).toBe(503);
    await plane.postgres.resume();
    await untilReady();
    expect((await call('GET', '/v1/clusters')).status).toBe(200);
  });

  test('outlives a first question to PostgreSQL that gets no answer', async () => {
    await plane.stopApi('SIGKILL');
    const postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
    const holder = await postgres.connect();
    try {
      await holder.query('begin; lock table clusters in access exclusive mode');
      await plane.startApi();
      const hasAsked = async () => plane.apiLog().includes('PostgreSQL does not answer yet');
      await waitUntil(hasAsked, { what: 'the question to be given up', timeoutMs: 120_000 });
    } finally {
      holder.release(true);
      await postgres.end();
    }
    await untilReady();
    expect((await call('GET', '/v1/clusters')).status).toBe(200);
  });

  test('makes the partitions of metrics when it starts', async () => {
    const postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
    const made = async () =>
      (await postgres.query(`select 1 from pg_inherits where inhparent = 'metric_samples'::regclass`)).rowCount;
    try {
      expect(await waitUntil(made, { what: 'the partitions', timeoutMs: 120_000 })).toBeGreaterThan(6);
    } finally {
      await postgres.end();
    }
  });

  test('of the worker tells Prometheus which build it runs', async () => {
    const answer = await fetch(plane.workerMetricsUrl);
    expect(await answer.text()).toMatch(/^drey_worker_build\{build="\S+"\} 1$/m);
  });

  test('ends with 0 on SIGTERM', async () => {
    expect(await plane.stopApi('SIGTERM')).toBe(0);
    await plane.startApi();
  });
});
