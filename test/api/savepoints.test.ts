/** Savepoints through the API, on the real workflow: asked for once, queued in order, recorded, and read again. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { changeAnswer, operationAnswer, pageOf, savepointAnswer } from '../../api/answer-shapes.ts';
import { connectPostgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import type { SavepointRecord } from '../../core/savepoint.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';
import { someSavepoint } from '../support/state-fixture.ts';

let plane: ControlPlane;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
});
afterAll(() => plane?.stop());

let made = 0;
const path = (name: string) => `/v1/tenants/default/jobs/${name}`;

/** A job whose deploy waits for an agent: what comes after it stays queued. */
async function someJob(): Promise<{ readonly name: string; readonly uid: string }> {
  const name = `saved-${(made += 1)}`;
  const { body } = await call('PUT', path(name), { body: specInput(name) });
  return { name, uid: body.job.uid };
}

async function record(uid: string, ...savepoints: readonly SavepointRecord[]): Promise<void> {
  const postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
  await writeRecords(
    postgres,
    savepoints.map((savepoint) => ({ kind: 'savepoint', uid, seq: savepoint.number, savepoint })),
  );
  await postgres.end();
}

describe('asking for a savepoint', () => {
  test('is accepted with its operation, which waits for its turn', async () => {
    const { name } = await someJob();
    const answer = await call('POST', `${path(name)}/savepoints`, { body: { format: 'canonical' } });
    expect(answer.status).toBe(202);
    expect(changeAnswer.parse(answer.body)).toMatchObject({
      changed: true,
      operation: { number: 2, kind: 'savepoint', state: 'queued', requestedBy: 'admin' },
    });
    expect(answer.headers.get('location')).toBe(`${path(name)}/operations/2`);
    expect(operationAnswer.parse((await call('GET', `${path(name)}/operations/2`)).body).kind).toBe('savepoint');
  });

  test('with one key makes one operation, and without makes one each', async () => {
    const { name } = await someJob();
    const headers = { 'idempotency-key': randomUUID() };
    const ask = () => call('POST', `${path(name)}/savepoints`, { body: {}, headers });
    const answers = [await ask(), await ask()];
    expect(answers.map(({ body }) => body.operation.number)).toEqual([2, 2]);
    expect((await call('POST', `${path(name)}/savepoints`, { body: {} })).body.operation.number).toBe(3);
    const other = await call('POST', `${path(name)}/savepoints`, { body: { format: 'native' }, headers });
    expect(other).toMatchObject({ status: 409, body: { code: 'KEY_REUSED' } });
  });

  test('keeps its turn before a newer spec, and says that no job runs', async () => {
    const { name } = await someJob();
    await call('POST', `${path(name)}/savepoints`, { body: {} });
    const input = specInput(name);
    const newer = { ...input, spec: { ...input.spec, job: { ...input.spec.job, parallelism: 2 } } };
    // The deploy gives way to it.
    expect((await call('PUT', path(name), { body: newer })).body.operation.number).toBe(3);
    const ended = async () => {
      const { body } = await call('GET', `${path(name)}/operations/2`);
      return body.state !== 'queued' && body.state !== 'running' && body;
    };
    const operation = await waitUntil(ended, { what: 'the savepoint to end', timeoutMs: 120_000 });
    expect(operation).toMatchObject({ state: 'failed', failure: { code: 'JOB_NOT_RUNNING' } });
  });

  test('of an unknown format, of a job that is not there, or too often is refused', async () => {
    const { name } = await someJob();
    const wrong = await call('POST', `${path(name)}/savepoints`, { body: { format: 'raw' } });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'INVALID_BODY' } });
    const nowhere = await call('POST', `${path('nowhere')}/savepoints`, { body: {} });
    expect(nowhere).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
    for (let count = 0; count < 20; count += 1) await call('POST', `${path(name)}/savepoints`, { body: {} });
    const full = await call('POST', `${path(name)}/savepoints`, { body: {} });
    expect(full).toMatchObject({ status: 409, body: { code: 'QUEUE_FULL' } });
  });

  test('of a job that is being removed, or whose workflow was ended by hand, is refused with what to do', async () => {
    const { name } = await someJob();
    await call('DELETE', path(name));
    const leaving = await call('POST', `${path(name)}/savepoints`, { body: {} });
    expect(leaving).toMatchObject({ status: 409, body: { code: 'BEING_REMOVED' } });
    const { name: lost } = await someJob();
    const connection = await Connection.connect({ address: plane.temporalAddress });
    await new Client({ connection }).workflow.getHandle(`job/default/${lost}`).terminate('by hand');
    await connection.close();
    const refused = await call('POST', `${path(lost)}/savepoints`, { body: {} });
    expect(refused).toMatchObject({ status: 409, body: { code: 'NO_WORKFLOW' } });
  });
});

describe('disposing of a savepoint', () => {
  test('that is recorded is accepted, unless it has no files', async () => {
    const { name, uid } = await someJob();
    await record(uid, someSavepoint(2), { ...someSavepoint(3), state: 'disposed' });
    const answer = await call('DELETE', `${path(name)}/savepoints/2`);
    expect(answer).toMatchObject({ status: 202, body: { operation: { number: 2, kind: 'dispose', state: 'queued' } } });
    for (const number of [3, 4]) {
      const refused = await call('DELETE', `${path(name)}/savepoints/${number}?force=true`);
      expect(refused).toMatchObject({ status: 404, body: { code: 'NO_SUCH_SAVEPOINT' } });
    }
  });

  test('is refused at once where the job is to be restored from it, unless its user insists', async () => {
    const { name, uid } = await someJob();
    // Other jobs are asked for the path, too.
    await record(uid, ...[2, 3].map((number) => someSavepoint(number, { path: `file:/flink-state/${uid}/${number}` })));
    const headers = { 'idempotency-key': randomUUID() };
    const before = await call('DELETE', `${path(name)}/savepoints/2`, { headers });
    expect(before.status).toBe(202);
    expect((await call('POST', `${path(name)}/restore`, { body: { savepoint: 2 } })).status).toBe(202);
    const refused = await call('DELETE', `${path(name)}/savepoints/2`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'SAVEPOINT_IN_USE',
        detail: expect.stringMatching(/is to be restored from it/),
        cure: expect.stringMatching(/force/),
      },
    });
    expect((await call('DELETE', `${path(name)}/savepoints/3`)).status).toBe(202);
    expect((await call('DELETE', `${path(name)}/savepoints/2?force=true`)).status).toBe(202);
    // What was answered before is answered in the same way.
    const again = await call('DELETE', `${path(name)}/savepoints/2`, { headers });
    expect(again.body.operation.number).toBe(before.body.operation.number);
  });

  test('with force is another request than without', async () => {
    const { name, uid } = await someJob();
    await record(uid, someSavepoint(2));
    const headers = { 'idempotency-key': randomUUID() };
    expect((await call('DELETE', `${path(name)}/savepoints/2`, { headers })).status).toBe(202);
    const forced = await call('DELETE', `${path(name)}/savepoints/2?force=true`, { headers });
    expect(forced).toMatchObject({ status: 409, body: { code: 'KEY_REUSED' } });
  });
});

describe('restoring from a savepoint', () => {
  test('of its own, or of another job that may be gone, is accepted as a new revision', async () => {
    const { name, uid } = await someJob();
    await record(uid, someSavepoint(2));
    const own = await call('POST', `${path(name)}/restore`, { body: { savepoint: 2 } });
    expect(own).toMatchObject({ status: 202, body: { job: { revision: 2 }, operation: { state: 'queued' } } });
    expect(own.body.operation.reason).toBe(`The job was restored from savepoint 2 of ${name}`);
    const { name: other } = await someJob();
    const foreign = await call('POST', `${path(other)}/restore`, { body: { savepoint: 2, of: name } });
    expect(foreign.status).toBe(202);
  });

  test('that has no files, or is nowhere, is refused', async () => {
    const { name, uid } = await someJob();
    await record(uid, { ...someSavepoint(2), state: 'disposed' });
    for (const body of [{ savepoint: 2 }, { savepoint: 9 }]) {
      const refused = await call('POST', `${path(name)}/restore`, { body });
      expect(refused).toMatchObject({ status: 404, body: { code: 'NO_SUCH_SAVEPOINT' } });
    }
    const nowhere = await call('POST', `${path(name)}/restore`, { body: { savepoint: 2, of: 'nowhere' } });
    expect(nowhere).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});

test.each(['promote', 'discard'])('to %s is refused where no candidate runs', async (verdict) => {
  const { name } = await someJob();
  const refused = await call('POST', `${path(name)}/${verdict}`);
  expect(refused).toMatchObject({ status: 409, body: { code: 'NO_CANDIDATE' } });
  expect(refused.body.cure).toMatch(/blueGreen/);
});

describe('reading savepoints', () => {
  test('page by page, one by one, and only in one state', async () => {
    const { name, uid } = await someJob();
    await record(uid, ...[2, 3, 5].map((number) => someSavepoint(number)));
    const first = await call('GET', `${path(name)}/savepoints?limit=2`);
    expect(pageOf(savepointAnswer).parse(first.body).items).toMatchObject([{ number: 5 }, { number: 3 }]);
    const rest = await call('GET', `${path(name)}/savepoints?cursor=${first.body.nextCursor}&state=completed`);
    expect(rest.body.items).toMatchObject([{ number: 2, pinned: false }]);
    expect(savepointAnswer.parse((await call('GET', `${path(name)}/savepoints/3`)).body)).toMatchObject({
      ...someSavepoint(3),
      pinned: false,
    });
    expect((await call('GET', `${path(name)}/savepoints?state=failed`)).body.items).toEqual([]);
  });

  test('of one that is not there is a 404', async () => {
    const { name } = await someJob();
    const answer = await call('GET', `${path(name)}/savepoints/4`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_SAVEPOINT' } });
  });
});
