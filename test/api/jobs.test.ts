/** Jobs through the API, on the real workflow: what is accepted is answered, recorded and found again. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import {
  changeAnswer,
  clusterAnswer,
  dryRunAnswer,
  eventAnswer,
  jobAnswer,
  operationAnswer,
  pageOf,
  revisionAnswer,
  tenantAnswer,
} from '../../api/answer-shapes.ts';
import { connectPostgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Answer, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';

let plane: ControlPlane;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: { description: 'here' } });
});
afterAll(() => plane?.stop());

let made = 0;
const newName = () => `job-${(made += 1)}`;
const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
const parallel = (name: string, parallelism: number) => {
  const input = specInput(name);
  return { ...input, spec: { ...input.spec, job: { ...input.spec.job, parallelism } } };
};

/**
 * As clients do it: with one key, until it is accepted. Temporal takes few changes at once for one workflow, and a slow
 * machine begins few workflows in the time that the API waits; the others are told to come again.
 */
async function applyPatiently(name: string, body: unknown): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() };
  const accepted = async () => {
    const answer = await call('PUT', path(name), { body, headers });
    return answer.body.code !== 'NOT_YET_ACCEPTED' && answer;
  };
  return waitUntil(accepted, { what: `${name} to be accepted`, timeoutMs: 300_000 });
}

async function terminateWorkflow(name: string): Promise<void> {
  const connection = await Connection.connect({ address: plane.temporalAddress });
  await new Client({ connection }).workflow.getHandle(`job/default/${name}`).terminate('by hand');
  await connection.close();
}

describe('applying a spec', () => {
  test('makes the job, and answers with it, its operation, and where to follow it', async () => {
    const name = newName();
    const answer = await call('PUT', path(name), { body: specInput(name) });
    expect(answer.status).toBe(201);
    expect(changeAnswer.parse(answer.body)).toMatchObject({
      changed: true,
      job: { name, revision: 1 },
      operation: { number: 1, kind: 'deploy', requestedBy: 'admin' },
    });
    // Accepted and not begun: whoever waits for its end knows by that.
    expect(answer.body.job).toMatchObject({ phase: 'PENDING', upcoming: 1 });
    expect(answer.body.job).not.toHaveProperty('operation');
    expect((await call('GET', path(name))).body).toMatchObject({ upcoming: 1 });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('location')).toBe(`${path(name)}/operations/1`);
    expect(answer.headers.get('idempotency-key')).toMatch(/^[\w-]{36}$/);
  });

  test('can be read at once, in every list', async () => {
    const name = newName();
    const { body: accepted } = await call('PUT', path(name), { body: specInput(name) });
    const job = await call('GET', path(name));
    expect(jobAnswer.parse(job.body).uid).toBe(accepted.job.uid);
    expect(job.headers.get('etag')).toBe('"1"');
    const list = await call('GET', `/v1/tenants/default/jobs?namePrefix=${name}&cluster=local&namespace=flink`);
    expect(pageOf(jobAnswer).parse(list.body).items).toHaveLength(1);
    const operations = await call('GET', `${path(name)}/operations`);
    expect(pageOf(operationAnswer).parse(operations.body).items).toMatchObject([{ number: 1 }]);
    expect(operationAnswer.parse((await call('GET', `${path(name)}/operations/1`)).body).kind).toBe('deploy');
    expect((await call('GET', `${path(name)}/operations/2`)).body.code).toBe('NO_SUCH_OPERATION');
  });

  test('is recorded by the workflow as well, with its revision', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const recorded = async () => {
      const { body } = await call('GET', `${path(name)}/revisions`);
      return body.items?.length > 0 && body;
    };
    const revisions = await waitUntil(recorded, { what: 'the revision', timeoutMs: 120_000 });
    expect(pageOf(revisionAnswer).parse(revisions).items).toMatchObject([{ revision: 1, acceptedBy: 'admin' }]);
    pageOf(eventAnswer).parse((await call('GET', `${path(name)}/events?operation=1`)).body);
  });

  test('takes YAML, and a spec that leaves its name to the path', async () => {
    const name = newName();
    const { metadata: _, ...spec } = specInput(name);
    const headers = { 'content-type': 'application/yaml' };
    expect(await call('PUT', path(name), { body: stringify(spec), headers })).toMatchObject({ status: 201 });
  });

  test('changes nothing when the spec is the current one', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const again = await call('PUT', path(name), { body: specInput(name) });
    expect(again).toMatchObject({ status: 200, body: { changed: false, job: { revision: 1 } } });
    expect((await call('GET', `${path(name)}/operations`)).body.items).toHaveLength(1);
  });

  test('takes another spec as the next revision', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const next = await call('PUT', path(name), { body: parallel(name, 2), headers: { 'if-match': '"1"' } });
    expect(next).toMatchObject({
      status: 202,
      body: { changed: true, job: { revision: 2 }, operation: { number: 2 } },
    });
    expect(next.headers.get('etag')).toBe('"2"');
  });

  test('leaves one accepted last when two callers come at once, and both operations are there', async () => {
    const name = newName();
    const [one, two] = await Promise.all([2, 3].map((n) => call('PUT', path(name), { body: parallel(name, n) })));
    expect(new Set([one?.status, two?.status])).toEqual(new Set([201, 202]));
    const { body } = await call('GET', path(name));
    const last = one?.body.operation.number === 2 ? 2 : 3;
    expect(body.spec.spec.job.parallelism).toBe(last);
    expect((await call('GET', `${path(name)}/operations`)).body.items).toHaveLength(2);
  });
});

describe('many callers at once', () => {
  test('on one job are taken one after the other; the last accepted one is the spec', async () => {
    const name = newName();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => applyPatiently(name, parallel(name, index + 1))),
    );
    expect(new Set(answers.map(({ body }) => body.job.revision)).size).toBe(40);
    const last = answers.find(({ body }) => body.job.revision === 40);
    const { body } = await call('GET', path(name));
    expect(body).toMatchObject({ revision: 40, spec: last?.body.job.spec });
  });

  test('on 20 jobs each get their own', async () => {
    const names = Array.from({ length: 20 }, newName);
    const answers = await Promise.all(names.map((name) => applyPatiently(name, specInput(name))));
    expect(answers.map(({ status, body }) => [status, body.job?.name])).toEqual(names.map((name) => [201, name]));
    expect(new Set(answers.map(({ body }) => body.job.uid)).size).toBe(20);
  });
});

describe('preconditions', () => {
  test.each([
    ['If-Match of an older revision', { 'if-match': '"7"' }],
    ['If-None-Match: * where the job exists', { 'if-none-match': '*' }],
  ])('%s is refused with 412', async (_, headers) => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const refused = await call('PUT', path(name), { body: parallel(name, 2), headers });
    expect(refused).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    expect((await call('DELETE', path(name), { headers })).status).toBe(412);
  });

  test('If-None-Match: * makes a job that is not there, and If-Match does not', async () => {
    const name = newName();
    const refused = await call('PUT', path(name), { body: specInput(name), headers: { 'if-match': '"1"' } });
    expect(refused.status).toBe(412);
    expect((await call('GET', path(name))).status).toBe(404);
    const taken = await call('PUT', path(name), { body: specInput(name), headers: { 'if-none-match': '*' } });
    expect(taken.status).toBe(201);
  });

  test('cluster and namespace of a job cannot be changed', async () => {
    const name = newName();
    await call('PUT', '/v1/tenants/wide', { body: { grants: [{ cluster: 'local', namespace: '*' }] } });
    const wide = `/v1/tenants/wide/jobs/${name}`;
    const { metadata: _, ...spec } = specInput(name);
    await call('PUT', wide, { body: spec });
    const moved = await call('PUT', wide, { body: { ...spec, spec: { ...spec.spec, namespace: 'other' } } });
    expect(moved).toMatchObject({ status: 409, body: { code: 'IMMUTABLE_FIELD' } });
    // What it says to do must not lose the job's state.
    expect(moved.body.cure).toMatch(/--deletion savepoint --wait.*spec\.job\.initialSavepoint/);
  });

  test('a job that is made anew starts from the savepoint that its spec names, and else empty', async () => {
    const name = newName();
    const { spec, ...rest } = specInput(name);
    const savepoint = 's3://bucket/savepoints/savepoint-5f2c1d-0d8f1c9a7e4b';
    const named = { ...rest, spec: { ...spec, job: { ...spec.job, initialSavepoint: savepoint } } };
    const startsFrom = async (body: unknown) =>
      dryRunAnswer.parse((await call('PUT', `${path(name)}?dryRun=true`, { body })).body).startsFrom;
    expect(await startsFrom(named)).toBe(savepoint);
    expect(await startsFrom({ ...rest, spec })).toBe('nothing: the job starts empty');
  });
});

describe('idempotency keys', () => {
  test('the same key with the same request gets the same answer, and makes one operation', async () => {
    const name = newName();
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => call('PUT', path(name), { body: specInput(name), headers })),
    );
    answers.push(await call('PUT', path(name), { body: specInput(name), headers }));
    expect(answers.map(({ status, body }) => [status, body.operation?.number])).toEqual(answers.map(() => [201, 1]));
    expect(answers.at(-1)?.headers.get('idempotency-replayed')).toBe('true');
    expect((await call('GET', `${path(name)}/operations`)).body.items).toHaveLength(1);
  });

  test('the same key with another request is refused with 409', async () => {
    const name = newName();
    const headers = { 'idempotency-key': randomUUID() };
    await call('PUT', path(name), { body: specInput(name), headers });
    const other = await call('PUT', path(name), { body: parallel(name, 2), headers });
    expect(other).toMatchObject({ status: 409, body: { code: 'KEY_REUSED' } });
    expect(await call('DELETE', path(name), { headers })).toMatchObject({ status: 409, body: { code: 'KEY_REUSED' } });
  });
});

describe('removing', () => {
  test('is accepted once, and then refuses specs until the job is gone', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const headers = { 'idempotency-key': randomUUID() };
    const removed = await call('DELETE', path(name), { headers });
    expect(removed).toMatchObject({ status: 202, body: { changed: true, operation: { kind: 'remove' } } });
    expect(await call('DELETE', path(name), { headers })).toMatchObject({ status: 202, body: removed.body });
    expect(await call('PUT', path(name), { body: specInput(name) })).toMatchObject({
      status: 409,
      body: {
        code: 'BEING_REMOVED',
        cure: expect.stringMatching(/starts empty, or from `spec\.job\.initialSavepoint`/),
      },
    });
  });

  test('of a job whose workflow was terminated by hand starts another that removes what is left', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    await terminateWorkflow(name);
    const removed = await call('DELETE', path(name));
    expect(removed).toMatchObject({ status: 202, body: { operation: { kind: 'remove' } } });
  });

  test('of a job whose workflow was terminated by hand is judged by the revision that a GET shows', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    await call('PUT', path(name), { body: parallel(name, 2) });
    await terminateWorkflow(name);
    const etag = (await call('GET', path(name))).headers.get('etag') ?? '';
    expect(etag).toBe('"2"');
    const refused = await call('DELETE', path(name), { headers: { 'if-match': '"1"' } });
    expect(refused).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    expect(refused.body.detail).toBe(`Job ${name} is at revision 2, not 1.`);
    const headers = { 'if-match': etag, 'idempotency-key': randomUUID() };
    const removed = await call('DELETE', path(name), { headers });
    expect(removed).toMatchObject({ status: 202, body: { operation: { kind: 'remove' } } });
    expect(await call('DELETE', path(name), { headers })).toMatchObject({ status: 202, body: removed.body });
  });

  test('of a job that never was is a 404', async () => {
    expect(await call('DELETE', path('never'))).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});

describe('dry run', () => {
  test('says what would change and starts nothing', async () => {
    const name = newName();
    const first = await call('PUT', `${path(name)}?dryRun=true`, { body: specInput(name) });
    expect(dryRunAnswer.parse(first.body)).toMatchObject({ changed: true, revision: 0, spec: { metadata: { name } } });
    expect((await call('GET', path(name))).status).toBe(404);
    await call('PUT', path(name), { body: specInput(name) });
    const same = await call('PUT', `${path(name)}?dryRun=true`, { body: specInput(name) });
    expect(same.body).toMatchObject({ changed: false, revision: 1 });
  });

  test('refuses what an apply would refuse: another revision, another place, a job that is being removed', async () => {
    const name = newName();
    await call('PUT', '/v1/tenants/wide', { body: { grants: [{ cluster: 'local', namespace: '*' }] } });
    const wide = `/v1/tenants/wide/jobs/${name}`;
    const { metadata: _, ...spec } = specInput(name);
    const moved = { ...spec, spec: { ...spec.spec, namespace: 'other' } };
    await call('PUT', wide, { body: spec });
    const tried = async (body: unknown, headers = {}) => {
      const answers = await Promise.all(
        ['true', 'false'].map((dryRun) => call('PUT', `${wide}?dryRun=${dryRun}`, { body, headers })),
      );
      return [...new Set(answers.map((answer) => `${answer.status} ${answer.body.code}`))].join(' or ');
    };
    expect(await tried(spec, { 'if-match': '"7"' })).toBe('412 PRECONDITION_FAILED');
    expect(await tried(moved)).toBe('409 IMMUTABLE_FIELD');
    // No agent is here, so the removal waits for the deploy.
    await call('DELETE', wide);
    expect(await tried(spec)).toBe('409 BEING_REMOVED');
  });

  test('says that a failed deploy would be tried again', async () => {
    const name = newName();
    const { body } = await call('PUT', path(name), { body: specInput(name) });
    const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.' };
    const job = { ...body.job, phase: 'FAILED', failure };
    const postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
    // As the workflow records it when it has failed; without an agent that takes long.
    await writeRecords(postgres, [{ kind: 'job', uid: job.uid, seq: 1_000, job }]);
    await postgres.end();
    const tried = await call('PUT', `${path(name)}?dryRun=true`, { body: specInput(name) });
    expect(tried.body).toMatchObject({ dryRun: true, changed: true, revision: 1 });
  });
});

describe('lists', () => {
  test('come page by page, each job once', async () => {
    const names = Array.from({ length: 5 }, newName);
    await Promise.all(
      names.map((name) =>
        call('PUT', path(name), { body: { ...specInput(name), metadata: { name, labels: { batch: 'paged' } } } }),
      ),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await call('GET', `/v1/tenants/default/jobs?label=batch%3Dpaged&limit=2${more}`);
      seen.push(...body.items.map((job: { name: string }) => job.name));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(names.toSorted());
  });

  test('refuse a cursor with a time that PostgreSQL does not know', async () => {
    const name = newName();
    await call('PUT', path(name), { body: specInput(name) });
    const position = { at: '0000-01-01T00:00:00Z', operation: 1, seq: 1 };
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const answer = await call('GET', `${path(name)}/events?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
  });
});

describe('clusters and tenants', () => {
  test('a cluster without an agent is gone', async () => {
    expect(await call('PUT', '/v1/clusters/far', { body: {} })).toMatchObject({ status: 201 });
    const { body } = await call('GET', '/v1/clusters/far');
    expect(clusterAnswer.parse(body).agent).toEqual({ state: 'gone' });
    expect((await call('GET', '/v1/clusters')).body.items.map((one: { name: string }) => one.name)).toEqual([
      'far',
      'local',
    ]);
  });

  test('a grant is replaced as a whole, and counts from the next request on', async () => {
    const name = newName();
    const { metadata: _, ...spec } = specInput(name);
    const inShop = `/v1/tenants/shop/jobs/${name}`;
    const tenant = await call('PUT', '/v1/tenants/shop', {
      body: { grants: [{ cluster: 'local', namespace: 'fl*' }] },
    });
    expect(tenantAnswer.parse(tenant.body).grants).toEqual([{ cluster: 'local', namespace: 'fl*' }]);
    expect((await call('PUT', inShop, { body: spec })).status).toBe(201);
    await call('PUT', '/v1/tenants/shop', { body: { grants: [] } });
    const refused = await call('PUT', inShop, { body: { ...parallel(name, 2), metadata: {} } });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'NAMESPACE_NOT_GRANTED', problems: [{ path: 'spec.namespace' }] },
    });
  });
});
