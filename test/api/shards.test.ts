/** Into how many parts a cluster's jobs are divided: as the setting of the API says that was started last. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { observe } from '../../api/cluster-workflow.ts';
import type { Services } from '../../api/services.ts';
import { connectTemporal, type Temporal } from '../../clients/temporal/connect.ts';
import { clusterWorkflowId } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';

let plane: ControlPlane;
let temporal: Temporal;

beforeAll(async () => {
  plane = await startControlPlane();
  temporal = connectTemporal({ address: plane.temporalAddress, namespace: 'default', identity: 'test' });
}, 400_000);
afterAll(async () => {
  await temporal?.close();
  await plane?.stop();
});

/** As an API process with this setting does when it starts. */
function startedWith(shards: number): void {
  const services: Pick<Services, 'temporal' | 'shards' | 'log'> = { temporal, shards, log: pino({ level: 'silent' }) };
  observe(services as Services, ['far']);
}

/** What waits for an agent, by the run of the workflow that asks. */
async function askedFor() {
  const { raw, runId } = await temporal.client.workflow.getHandle(clusterWorkflowId('far')).describe();
  return { runId, shards: raw.pendingActivities?.length ?? 0 };
}

async function awaitShards(count: number) {
  const look = async () => {
    const asked = await askedFor();
    return asked.shards === count && asked;
  };
  return waitUntil(look, { what: `${count} shards to be asked for`, timeoutMs: 60_000, stepMs: 50 });
}

test('another number begins the observation anew', async () => {
  startedWith(1);
  const first = await awaitShards(1);
  startedWith(3);
  const divided = await awaitShards(3);
  expect(divided.runId).not.toBe(first.runId);
  startedWith(2);
  await awaitShards(2);
}, 120_000);

test('the same number leaves it alone', async () => {
  const { runId } = await awaitShards(2);
  startedWith(2);
  const handle = temporal.client.workflow.getHandle(clusterWorkflowId('far'), runId);
  const signals = async () =>
    ((await handle.fetchHistory()).events ?? []).filter((one) => one.workflowExecutionSignaledEventAttributes).length;
  await waitUntil(async () => (await signals()) > 0, { what: 'the signal', timeoutMs: 60_000, stepMs: 50 });
  expect((await askedFor()).runId).toBe(runId);
}, 120_000);
