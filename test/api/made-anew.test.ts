/** A job that is made anew after its removal, on the real workflows: the name is free as soon as the job is gone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operationAnswer } from '../../api/answer-shapes.ts';
import { applyToJob, removeRunningJob } from '../../api/job-workflow.ts';
import { connectTemporal, type Temporal } from '../../clients/temporal/connect.ts';
import type { JobView } from '../../core/job.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { specHash } from '../../core/spec/canonical.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { jobStatus, type ChangeAnswer } from '../../workflows/messages.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { jobSpec } from '../support/records.ts';
import { startAgent, type AgentProcess } from '../support/start-agent.ts';

let plane: ControlPlane;
let call: Caller;
let agent: AgentProcess;
let temporal: Temporal;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  agent = await startAgent(plane, 'made-up-agent');
  temporal = connectTemporal({ address: plane.temporalAddress, namespace: 'default', identity: 'test' });
}, 400_000);

afterAll(async () => {
  await temporal?.close();
  await agent?.stop('SIGKILL');
  await plane?.stop();
});

const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };
const spec = (name: string) => jobSpec(name, { state: 'suspended', storage });
const path = (name: string) => `/v1/tenants/default/jobs/${name}`;

/** Waits until the operation of an accepted change has succeeded. */
async function done({ job, operation }: Pick<ChangeAnswer, 'job' | 'operation'>): Promise<void> {
  const look = async () => {
    const { body } = await call('GET', `${path(job.name)}/operations/${operation?.number}?uid=${job.uid}`);
    return body.endedAt !== undefined && operationAnswer.parse(body);
  };
  const what = `operation ${operation?.number} of ${job.name} to end`;
  expect(await waitUntil(look, { what, timeoutMs: 120_000 })).toMatchObject({ state: 'succeeded' });
}

test('as soon as its removal has ended', async () => {
  for (let round = 0; round < 5; round += 1) {
    const made = await call('PUT', path('again'), { body: spec('again') });
    expect(made).toMatchObject({ status: 201, body: { operation: { number: 1 } } });
    await done(made.body);
    await done((await call('DELETE', path('again'))).body);
  }
});

/** Asks past the API, which would wait for PostgreSQL. */
const ref = { tenant: 'default', name: 'unrecorded' };
const asked = () => ({ key: randomUUID(), bodyHash: 'h', requestedBy: 'test' });
const applied = () =>
  applyToJob(temporal, ref, { ...asked(), spec: spec(ref.name), specHash: specHash(spec(ref.name)) });

async function becomes(phase: JobView['phase']): Promise<void> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  const isThere = async () => (await handle.query(jobStatus))?.job.phase === phase;
  await waitUntil(isThere, { what: `the job to be ${phase}`, timeoutMs: 60_000 });
}

test('while the last records of the one before still wait for PostgreSQL', async () => {
  await plane.postgres.halt();
  const before = await applied();
  await becomes('SUSPENDED');
  const removal = await removeRunningJob(temporal, ref, asked());
  await becomes('REMOVED');
  const after = await applied();
  expect(after).toMatchObject({ changed: true, operation: { number: 1 } });
  expect(after.job.uid).not.toBe(before.job.uid);
  await becomes('SUSPENDED');
  await plane.postgres.resume();
  for (const change of [before, removal, after]) await done(change);
});
