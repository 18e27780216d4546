/** Removals on a cluster whose agent is away for good: what they wait for is said, and a job can be forgotten. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dryRunAnswer, operationAnswer } from '../../api/answer-shapes.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';
import { startAgent } from '../support/start-agent.ts';

let plane: ControlPlane;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  await leaveThem();
});
afterAll(() => plane?.stop());

let made = 0;
const path = (name: string) => `/v1/tenants/default/jobs/${name}`;

interface Made {
  readonly name: string;
  readonly uid: string;
}

async function someJob(): Promise<Made> {
  const name = `left-${(made += 1)}`;
  const { body } = await call('PUT', path(name), { body: specInput(name) });
  return { name, uid: body.job.uid };
}

/** Jobs whose removal waits for an agent that is gone for good. */
const leaving: Made[] = [];
const leavingCount = 6;

/** The agent is lost in the middle of their removals. */
async function leaveThem(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drey-forgetting-'));
  const stall = join(folder, 'stall');
  const agent = await startAgent(plane, 'made-up-agent', { STALL: stall });
  const jobs = await Promise.all(Array.from({ length: leavingCount }, someJob));
  for (const job of jobs) await ended(job, 1);
  writeFileSync(stall, 'cancelJob');
  for (const job of jobs) await call('DELETE', path(job.name));
  for (const job of jobs) await seen(job, 2, ({ steps }) => steps.some(({ name }) => name === 'jobCanceled'));
  await agent.stop('SIGKILL');
  rmSync(folder, { recursive: true });
  leaving.push(...jobs);
}

function leavingJob(): Made {
  const job = leaving.pop();
  if (!job) throw new Error('make more of them');
  return job;
}

type Operation = ReturnType<typeof operationAnswer.parse>;

const operationOf = async ({ name, uid }: Made, number: number): Promise<Operation> =>
  operationAnswer.parse((await call('GET', `${path(name)}/operations/${number}?uid=${uid}`)).body);

function seen(job: Made, number: number, isSo: (operation: Operation) => boolean): Promise<Operation> {
  const look = async () => {
    const operation = await operationOf(job, number);
    return isSo(operation) && operation;
  };
  return waitUntil(look, { what: `operation ${number} of ${job.name}`, timeoutMs: 120_000 });
}

const ended = (job: Made, number: number) => seen(job, number, ({ endedAt }) => endedAt !== undefined);

describe('a removal that waits for its agent', () => {
  test('says so in its step, with the way out, and in Temporal', async () => {
    const job = leavingJob();
    const operation = await seen(job, 2, ({ steps }) => steps[1]?.detail !== undefined);
    expect(operation.steps).toMatchObject([
      { name: 'clusterAsked', state: 'done' },
      {
        name: 'jobCanceled',
        state: 'running',
        detail: expect.stringMatching(
          new RegExp(`^no agent of cluster local had taken it up by .*drey delete job ${job.name} --forget`),
        ),
      },
    ]);
    const connection = await Connection.connect({ address: plane.temporalAddress });
    const told = async () => {
      const handle = new Client({ connection }).workflow.getHandle(operation.workflowId ?? '');
      const details = await handle.query<string>('__temporal_workflow_metadata').catch(() => undefined);
      return JSON.stringify(details ?? '').includes('no agent of cluster local');
    };
    await waitUntil(told, { what: 'the details in Temporal', timeoutMs: 60_000 });
    await connection.close();
    const { body } = await call('GET', `${path(job.name)}/events`);
    expect(body.items).toContainEqual(expect.objectContaining({ type: 'agentAwaited', operation: 2 }));
  });

  test('ends when the job is forgotten, and says where it lies', async () => {
    const job = leavingJob();
    const answer = await call('DELETE', `${path(job.name)}?forget=true`);
    expect(answer).toMatchObject({ status: 202, body: { operation: { number: 3, kind: 'remove', state: 'queued' } } });
    expect(await ended(job, 2)).toMatchObject({
      state: 'aborted',
      failure: { code: 'ABORTED', message: 'Given up: admin had the job forgotten.' },
      steps: [{ name: 'clusterAsked' }, { name: 'jobCanceled', state: 'failed', detail: 'ended where it stood' }],
    });
    const removal = await ended(job, 3);
    expect(removal).toMatchObject({ state: 'succeeded', reason: 'The job was forgotten' });
    expect(removal.steps).toMatchObject([
      {
        name: 'leftAlone',
        state: 'done',
        detail: expect.stringMatching(
          /^left-\d+-\w{8}-1, in namespace flink of cluster local: kubectl -n flink get .*drey\.dev\/job=left-/,
        ),
      },
    ]);
    expect((await call('GET', path(job.name))).body.code).toBe('NO_SUCH_JOB');
  });

  test('leaves its name to another job, which asks the cluster before anything else', async () => {
    const job = leavingJob();
    await call('DELETE', `${path(job.name)}?forget=true`);
    await ended(job, 3);
    const { status, body } = await call('PUT', path(job.name), { body: specInput(job.name) });
    expect(status).toBe(201);
    expect(body.job.uid).not.toBe(job.uid);
    const deploy = await seen({ name: job.name, uid: body.job.uid }, 1, ({ steps }) => steps.length > 0);
    expect(deploy.steps).toMatchObject([{ name: 'clusterAsked', state: 'running' }]);
  });

  test('may be forgotten twice, by the same key once', async () => {
    const job = leavingJob();
    const headers = { 'idempotency-key': randomUUID() };
    const forget = () => call('DELETE', `${path(job.name)}?forget=true`, { headers });
    const answers = [await forget(), await forget()];
    expect(answers.map(({ body }) => body.operation.number)).toEqual([3, 3]);
    expect(await call('DELETE', path(job.name), { headers })).toMatchObject({ body: { code: 'KEY_REUSED' } });
    expect((await call('DELETE', `${path(job.name)}?forget=true`)).body.operation.number).toBe(4);
    expect(await ended(job, 4)).toMatchObject({ state: 'succeeded' });
    expect((await operationOf(job, 3)).state).toBe('aborted');
  });
});

describe('a job that is forgotten', () => {
  test('gives up what runs and what waits, savepoints too', async () => {
    const job = await someJob();
    await seen(job, 1, ({ state, steps }) => state === 'running' && steps.length > 0);
    await call('POST', `${path(job.name)}/savepoints`, { body: {} });
    await call('DELETE', `${path(job.name)}?forget=true`);
    expect(await ended(job, 2)).toMatchObject({ kind: 'savepoint', state: 'aborted', steps: [] });
    expect(await ended(job, 1)).toMatchObject({ kind: 'deploy', state: 'aborted' });
    expect(await ended(job, 3)).toMatchObject({ kind: 'remove', state: 'succeeded' });
  });

  test('may have lost its workflow', async () => {
    const job = await someJob();
    await seen(job, 1, ({ state }) => state === 'running');
    const connection = await Connection.connect({ address: plane.temporalAddress });
    await new Client({ connection }).workflow.getHandle(`job/default/${job.name}`).terminate('by hand');
    await connection.close();
    const { status, body } = await call('DELETE', `${path(job.name)}?forget=true`);
    expect(status).toBe(202);
    const { uid } = body.job;
    const removal = await ended({ name: job.name, uid }, body.operation.number);
    expect(removal.state).toBe('succeeded');
    expect(removal.steps.at(-1)).toMatchObject({
      name: 'leftAlone',
      detail: expect.stringMatching(/^whatever there is of it, in namespace flink/),
    });
  });

  test('ends what its lost workflow has left waiting for the agent, and records that', async () => {
    const job = leavingJob();
    const { workflowId = '' } = await operationOf(job, 2);
    const connection = await Connection.connect({ address: plane.temporalAddress });
    const { workflow } = new Client({ connection });
    await workflow.getHandle(`job/default/${job.name}`).terminate('by hand');
    const { runId, status } = await workflow.getHandle(workflowId).describe();
    expect(status.name).toBe('RUNNING');
    const { body } = await call('DELETE', `${path(job.name)}?forget=true`);
    const { uid } = body.job;
    const removal = await ended({ name: job.name, uid }, body.operation.number);
    expect(removal).toMatchObject({
      state: 'succeeded',
      steps: [
        { name: 'orphansEnded', state: 'done', detail: workflowId },
        { name: 'leftAlone', state: 'done' },
      ],
    });
    const orphan = await workflow.getHandle(workflowId, runId).describe();
    expect(orphan.status.name).toBe('FAILED');
    await connection.close();
    expect(await ended(job, 2)).toMatchObject({
      state: 'aborted',
      failure: { message: 'Given up: admin had the job forgotten.' },
    });
  }, 200_000);

  test('is told beforehand what it leaves, also while it is being removed', async () => {
    const job = leavingJob();
    const { body } = await call('DELETE', `${path(job.name)}?forget=true&dryRun=true`);
    expect(dryRunAnswer.parse(body)).toMatchObject({
      changed: true,
      plan: {
        kind: 'remove',
        cost: 'none',
        notes: [
          'Operation 2 ends where it stands, and nothing of it is undone.',
          expect.stringMatching(/in namespace flink of cluster local stays/),
          expect.stringMatching(/files .* stay/),
        ],
      },
    });
    const plain = await call('DELETE', `${path(job.name)}?dryRun=true`);
    expect(plain).toMatchObject({ status: 409, body: { code: 'BEING_REMOVED' } });
  });

  test.each(['deletion=cancel', 'deletion=savepoint', 'savepoints=dispose'])(
    'is not asked for with %s',
    async (said) => {
      const { name } = await someJob();
      const refused = await call('DELETE', `${path(name)}?forget=true&${said}`);
      expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
      const tried = await call('DELETE', `${path(name)}?forget=true&dryRun=true&${said}`);
      expect(tried).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
    },
  );

  test('must be there', async () => {
    expect(await call('DELETE', `${path('nowhere')}?forget=true`)).toMatchObject({ status: 404 });
    const job = await someJob();
    await call('DELETE', `${path(job.name)}?forget=true`);
    await ended(job, 2);
    // The job's workflow hears of that end a moment later, and writes its last records then.
    const again = async () => {
      const answer = await call('DELETE', `${path(job.name)}?forget=true`);
      return answer.body.code !== 'BEING_REMOVED' && answer;
    };
    const answer = await waitUntil(again, { what: `${job.name} to be gone`, timeoutMs: 30_000 });
    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});

test.each([
  ['suspend', { force: true }, true],
  ['cancel', { force: true }, true],
  ['suspend', {}, undefined],
])('%s with %j tells its operation whether it ends come what may', async (word, body, force) => {
  const job = await someJob();
  await seen(job, 1, ({ state, steps }) => state === 'running' && steps.length > 0);
  expect(await call('POST', `${path(job.name)}/${word}`, { body })).toMatchObject({ status: 202 });
  const { workflowId = '', reason } = await seen(job, 2, ({ state }) => state === 'running');
  expect(reason.endsWith(' by force')).toBe(force === true);
  const connection = await Connection.connect({ address: plane.temporalAddress });
  const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  await connection.close();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  expect(JSON.parse(Buffer.from(payload?.data ?? []).toString()).force).toBe(force);
});

test('a job that is left as its deletion says does not wait for the agent', async () => {
  const job = await someJob();
  await call('DELETE', `${path(job.name)}?deletion=leave`);
  expect(await ended(job, 2)).toMatchObject({
    state: 'succeeded',
    steps: [{ name: 'leftAlone', detail: expect.stringMatching(/in namespace flink of cluster local/) }],
  });
});
