/** A control plane with an agent that decides nothing and acts in no cluster, for tests of jobs' autoscalers on the real workflows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { expect } from '@jest/globals';
import { pageOf } from '../../api/answer-shapes.ts';
import { decisionSummary } from '../../api/autoscaler-shapes.ts';
import { autoscalerSignalName, autoscalerWorkflowType, type AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import type { JobView } from '../../core/job.ts';
import { autoscalerWorkflowId, controlTaskQueue } from '../../core/names.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { DecisionRecord } from '../../core/scaling/decision-record.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { Caller } from './api-caller.ts';
import { startPlaneWithAgent, type PlaneWithAgent } from './plane-with-agent.ts';
import { specInput } from './records.ts';

let here: PlaneWithAgent;
/** What the agent and the worker are told by files in it. */
export const folder = mkdtempSync(join(tmpdir(), 'drey-autoscaler-'));
export const crashFile = join(folder, 'crash.json');

/** Starts all of it; the caller ends it in `afterAll`. */
export async function startAutoscaled(): Promise<PlaneWithAgent> {
  const worker = { DREY_TEST_CRASH_FILE: crashFile };
  here = await startPlaneWithAgent('autoscaler-agent', { agent: { FAILING_FOLDER: folder }, worker });
  return here;
}

export const call: Caller = (...request) => here.call(...request);

export async function stopAutoscaled(): Promise<void> {
  await here?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Temporal, as its own client reaches it. */
export const temporal = (): Client => here.client;

export const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
export const viewOf = async (name: string): Promise<JobView> => (await call('GET', path(name))).body;
export const operationsOf = async (name: string): Promise<OperationRecord[]> =>
  (await call('GET', `${path(name)}/operations`)).body.items;

export function eventually(name: string, isIt: (job: JobView) => boolean): Promise<JobView> {
  const seen = async () => {
    const job = await viewOf(name);
    return isIt(job) && job;
  };
  return waitUntil(seen, { what: `${name} to be as it should`, timeoutMs: 120_000, stepMs: 100 });
}

type Mode = 'off' | 'advise' | 'active';
export const inputFor = (name: string, mode: Mode = 'active', change: object = {}) => ({
  ...specInput(name),
  spec: {
    ...specInput(name).spec,
    job: { jarUri: 'local:///opt/flink/usrlib/counts.jar', parallelism: 4 },
    autoscaler: { mode },
    ...change,
  },
});

export async function running(name: string, mode: Mode = 'active', change: object = {}): Promise<JobView> {
  const answer = await call('PUT', path(name), { body: inputFor(name, mode, change) });
  expect([201, 202]).toContain(answer.status);
  return eventually(name, ({ phase }) => phase === 'RUNNING');
}

/** As an agent does it. */
export async function send(window: AutoscalerSignal): Promise<void> {
  const { tenant, name } = window;
  await here.client.workflow.signalWithStart(autoscalerWorkflowType, {
    workflowId: autoscalerWorkflowId({ tenant, name }),
    taskQueue: controlTaskQueue,
    args: [{ tenant, name }],
    signal: autoscalerSignalName,
    signalArgs: [window],
  });
}

export async function decisionsOf(name: string): Promise<readonly DecisionRecord[]> {
  const { body } = await call('GET', `${path(name)}/decisions`);
  return pageOf(decisionSummary).parse(body).items as readonly DecisionRecord[];
}

/** The newest decision, once it is one. */
export function decided(name: string, isIt: (decision: DecisionRecord) => boolean): Promise<DecisionRecord> {
  const seen = async () => (await decisionsOf(name)).find(isIt) ?? false;
  return waitUntil(seen, { what: `a decision on ${name}`, timeoutMs: 120_000, stepMs: 100 });
}

export const handleOf = (name: string): WorkflowHandle =>
  here.client.workflow.getHandle(autoscalerWorkflowId({ tenant: 'default', name }));
export const lengthOf = async (name: string) => (await handleOf(name).describe()).historyLength;

/** Waits until the job's autoscaler has ended. */
export async function ended(name: string): Promise<void> {
  const hasEnded = async () => (await handleOf(name).describe()).status.name === 'COMPLETED';
  await waitUntil(hasEnded, { what: 'the autoscaler to end', timeoutMs: 60_000 });
}
