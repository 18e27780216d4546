/** From where jobs start and go back to, on the real workflows with a cluster that is made up. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { changeAnswer, operationAnswer } from '../../api/answer-shapes.ts';
import { hasEnded } from '../../core/operation.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Answer, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';
import { startAgent, type AgentProcess } from '../support/start-agent.ts';

let plane: ControlPlane;
let call: Caller;
let agent: AgentProcess;
const folder = mkdtempSync(join(tmpdir(), 'drey-starts-'));
const stall = join(folder, 'stall');
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };
const elsewhere = 'file:///flink-state/elsewhere/savepoint-1';
const path = (name: string) => `/v1/tenants/default/jobs/${name}`;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  agent = await startAgent(plane, 'made-up-agent', { STALL: stall });
});
afterAll(async () => {
  await agent?.stop('SIGKILL');
  await plane?.stop();
  rmSync(folder, { recursive: true });
});

function jobOf(name: string, job: Partial<FlinkJobInput['spec']['job']>): FlinkJobInput {
  const { spec, ...rest } = specInput(name, { storage });
  return { ...rest, spec: { ...spec, job: { ...spec.job, ...job } } };
}

/** The job after this change, and the operation that made it so. */
async function after(change: Answer): Promise<{ readonly job: Answer['body']; readonly operation: Answer['body'] }> {
  const { job, operation } = changeAnswer.parse(change.body);
  const look = async () => {
    const { body } = await call('GET', `${path(job.name)}/operations/${operation?.number}`);
    return hasEnded(operationAnswer.parse(body)) && body;
  };
  const ended = await waitUntil(look, { what: 'the end of the operation', timeoutMs: 120_000 });
  return { operation: ended, job: (await call('GET', path(job.name))).body };
}

test.each([
  ['is kept while the job makes no checkpoints', ['--no-checkpoints'], elsewhere],
  ['is needed no more once a checkpoint was completed', [], undefined],
])('what a job started from %s', async (_title, args, startedFrom) => {
  const name = `started-${args.length}`;
  const { job, operation } = await after(
    await call('PUT', path(name), { body: jobOf(name, { args, initialSavepoint: elsewhere }) }),
  );
  expect(operation).toMatchObject({ state: 'succeeded', restoredFrom: elsewhere });
  expect([job.startedFrom, job.restorePoint]).toEqual([startedFrom, undefined]);
});

test('of a job that makes no checkpoints the savepoint that it was restored from is kept, and not the state that it left behind', async () => {
  await after(await call('PUT', path('named'), { body: jobOf('named', { args: ['--no-checkpoints'] }) }));
  const { operation: taking } = await after(await call('POST', `${path('named')}/savepoints`, { body: {} }));
  const body = { savepoint: taking.number };
  const { job, operation } = await after(await call('POST', `${path('named')}/restore`, { body }));
  expect(operation).toMatchObject({
    kind: 'upgrade',
    state: 'succeeded',
    restoredFrom: expect.stringMatching(/taken-/),
  });
  expect(job.startedFrom).toBe(operation.restoredFrom);
});

test.each([
  ['is kept while its job makes no checkpoints', ['--no-checkpoints'], true],
  ['is needed no more once a checkpoint was completed', ['--checkpoints'], false],
])('what a candidate started from %s, also when it is promoted', async (_title, args, isKept) => {
  const name = `promoted-${isKept}`;
  await after(await call('PUT', path(name), { body: jobOf(name, {}) }));
  const { spec, ...rest } = jobOf(name, { args });
  const body = { ...rest, spec: { ...spec, upgrade: { strategy: 'blueGreen' } } };
  const { operation: upgrade } = await after(await call('PUT', path(name), { body }));
  const { job, operation } = await after(await call('POST', `${path(name)}/promote`));
  expect(operation).toMatchObject({ kind: 'promote', state: 'succeeded' });
  expect(upgrade.restoredFrom).toMatch(/savepoint-made-up$/);
  expect(job.startedFrom).toBe(isKept ? upgrade.restoredFrom : undefined);
});

/** A job that keeps so many savepoints and has as many; one more is taken as soon as its agent goes on. @returns the first of them. */
async function keeping(name: string, count = 1): Promise<{ readonly body: FlinkJobInput; readonly first: number }> {
  const { spec, ...rest } = jobOf(name, {});
  const body = { ...rest, spec: { ...spec, savepoints: { retain: { count } } } };
  await after(await call('PUT', path(name), { body }));
  const take = () => call('POST', `${path(name)}/savepoints`, { body: {} });
  for (let taken = 0; taken < count; taken += 1) await after(await take());
  writeFileSync(stall, 'takeSavepoint');
  const { number } = (await take()).body.operation;
  const isUnderWay = async () => (await call('GET', path(name))).body.operation === number;
  await waitUntil(isUnderWay, { what: 'one more savepoint', timeoutMs: 120_000 });
  return { body, first: number - count };
}

/** Restores the first of them, and lets the agent go on. @returns that operation, and the savepoint afterwards. */
async function restoredFrom(name: string, first: number) {
  const change = await call('POST', `${path(name)}/restore`, { body: { savepoint: first } });
  rmSync(stall);
  const { operation } = await after(change);
  return { operation, savepoint: (await call('GET', `${path(name)}/savepoints/${first}`)).body };
}

/** Another spec than the one that it has. */
const changed = ({ spec, ...rest }: FlinkJobInput) => ({ ...rest, spec: { ...spec, restartNonce: 1 } });

describe('a savepoint that a job is to be restored from is kept until then', () => {
  test.each<[string, string, (name: string, body: FlinkJobInput) => Promise<Answer | undefined>]>([
    ['though another one is taken meanwhile', 'kept', async () => undefined],
    [
      'though one more waits to be taken before',
      'kept-longer',
      (name) => call('POST', `${path(name)}/savepoints`, { body: {} }),
    ],
    [
      'though somebody had asked for something else before',
      'kept-since',
      (name, body) => call('PUT', path(name), { body: changed(body) }),
    ],
  ])('%s', async (_title, name, before) => {
    const { first, body } = await keeping(name);
    const asked = await before(name, body);
    expect(asked?.status ?? 202).toBe(202);
    const { operation, savepoint } = await restoredFrom(name, first);
    expect(operation).toMatchObject({ state: 'succeeded', restoredFrom: savepoint.path });
    // Once it is restored and has completed a checkpoint, its own retention counts.
    expect(savepoint).toMatchObject({ state: 'disposed', disposedBy: operation.number });
  });

  test('though somebody had asked before that it shall go', async () => {
    const { first } = await keeping('kept-from', 2);
    const going = await call('DELETE', `${path('kept-from')}/savepoints/${first}`);
    const { operation, savepoint } = await restoredFrom('kept-from', first);
    expect(operation).toMatchObject({ state: 'succeeded', restoredFrom: savepoint.path });
    expect((await after(going)).operation).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_IN_USE' } });
  });
});

/**
 * A job that was stopped, and whose restore has failed: what is left of that is kept for a look.
 * @returns its spec without what has failed, the savepoint that it was stopped with, and that with which it waits now.
 */
async function restoredInVain(name: string, crowded: FlinkJobInput['spec']['job']['args'], change: object = {}) {
  const { spec, ...rest } = jobOf(name, {});
  const body = { ...rest, spec: { ...spec, cleanup: { failed: 'keep' as const } } };
  await after(await call('PUT', path(name), { body }));
  const { operation: taking } = await after(await call('POST', `${path(name)}/savepoints`, { body: {} }));
  const stopped = { ...body.spec, ...change, state: 'suspended', job: { ...body.spec.job, args: crowded } };
  const { job: waiting } = await after(await call('PUT', path(name), { body: { ...rest, spec: stopped } }));
  const restore = await call('POST', `${path(name)}/restore`, { body: { savepoint: taking.number } });
  const { job, operation } = await after(restore);
  expect(operation).toMatchObject({ state: 'failed', restoredFrom: expect.stringMatching(/taken-/) });
  expect(waiting.restorePoint).toMatch(/stop-/);
  expect(job.phase).toBe('FAILED');
  return { body, stoppedWith: waiting.restorePoint, waits: job.restorePoint };
}

describe('a job that was stopped, and whose restore has failed', () => {
  test('goes on from where it was stopped', async () => {
    const { body, stoppedWith } = await restoredInVain('resumed', ['--crowded']);
    expect((await after(await call('PUT', path('resumed'), { body }))).operation).toMatchObject({
      state: 'succeeded',
      restoredFrom: stoppedWith,
    });
  });

  test('waits with that, too, where somebody suspends it', async () => {
    const { stoppedWith, waits } = await restoredInVain('suspended', ['--crowded']);
    expect(waits).toBe(stoppedWith);
    const { job } = await after(await call('POST', `${path('suspended')}/suspend`));
    expect(job).toMatchObject({ phase: 'SUSPENDED', restorePoint: stoppedWith });
  });

  test('waits with that, too, where what was started cannot be ended', async () => {
    const args = ['--crowded', '--unstoppable'];
    const { stoppedWith, waits } = await restoredInVain('unstoppable', args, { mode: 'application' });
    expect(waits).toBe(stoppedWith);
  });
});

/** Whose first start is from that savepoint, and whose Flink cluster is kept where it fails. */
function corrected(initialSavepoint: string, args: string[] = []) {
  const { spec, ...rest } = jobOf('corrected', { initialSavepoint, args });
  return { ...rest, spec: { ...spec, cleanup: { failed: 'keep' } } };
}

test('the savepoint of a first start that failed is corrected by the spec, though its Flink cluster is kept', async () => {
  const wrong = await after(await call('PUT', path('corrected'), { body: corrected(`${elsewhere}-0`, ['--crowded']) }));
  expect(wrong.operation).toMatchObject({ state: 'failed', restoredFrom: `${elsewhere}-0` });
  const { operation } = await after(await call('PUT', path('corrected'), { body: corrected(elsewhere) }));
  expect(operation).toMatchObject({ state: 'succeeded', restoredFrom: elsewhere });
});

test('a job that is canceled with its state left behind starts empty, though its spec would keep its Flink cluster', async () => {
  const { spec, ...rest } = jobOf('left-behind', {});
  const body = { ...rest, spec: { ...spec, cleanup: { canceled: 'keep' } } };
  await after(await call('PUT', path('left-behind'), { body }));
  const { job } = await after(await call('POST', `${path('left-behind')}/cancel`, { body: { mode: 'stateless' } }));
  expect(job).toMatchObject({ phase: 'CANCELED' });
  expect([job.generation, job.restorePoint]).toEqual([undefined, undefined]);
  const { operation } = await after(await call('POST', `${path('left-behind')}/resume`));
  expect(operation).toMatchObject({ kind: 'resume', state: 'succeeded' });
  expect(operation.restoredFrom).toBeUndefined();
});

test('the pause of an upgrade is counted by one clock, whatever the JobManager takes the time for', async () => {
  await after(await call('PUT', path('paused'), { body: jobOf('paused', {}) }));
  const { operation } = await after(
    await call('PUT', path('paused'), { body: jobOf('paused', { args: ['--other'] }) }),
  );
  expect(operation).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
  // The job had ended a second before its end was told.
  expect(operation.pauseMs).toBeGreaterThanOrEqual(1_000);
  expect(operation.pauseMs).toBeLessThan(Date.parse(operation.endedAt) - Date.parse(operation.startedAt) + 1_000);
});

test('a stop after which the job ran again is told in the record, the events and Temporal', async () => {
  await after(await call('PUT', path('again'), { body: jobOf('again', { args: ['--overtaken'] }) }));
  const { operation } = await after(await call('POST', `${path('again')}/suspend`));
  const message = expect.stringMatching(/savepoint-older on may have been committed twice: .* ran again/);
  expect(operation).toMatchObject({ state: 'succeeded', notices: [{ code: 'COMMITTED_TWICE', message }] });
  const { body } = await call('GET', `${path('again')}/events`);
  const text = expect.stringMatching(/^COMMITTED_TWICE: .*savepoint-older/);
  expect(body.items).toContainEqual(expect.objectContaining({ type: 'notice', operation: 2, text }));
  const connection = await Connection.connect({ address: plane.temporalAddress });
  const handle = new Client({ connection }).workflow.getHandle(operation.workflowId);
  const details = JSON.stringify(await handle.query('__temporal_workflow_metadata'));
  await connection.close();
  expect(details).toContain('COMMITTED_TWICE');
});
