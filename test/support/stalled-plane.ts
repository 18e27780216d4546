/** A control plane beside a made-up agent whose activities can be made to stall. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { changeAnswer, operationAnswer } from '../../api/answer-shapes.ts';
import { hasEnded } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Answer, type Caller } from './api-caller.ts';
import { child, startControlPlane, type ControlPlane } from './control-plane.ts';

export const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };

export const path = (name: string) => `/v1/tenants/default/jobs/${name}`;

/** For the whole of a test file. An activity that `stall`, a file, names does not end while that is there; it goes after each test. */
export function useStalledPlane() {
  let plane: ControlPlane;
  let caller: Caller;
  let agent: ReturnType<typeof child>;
  const folder = mkdtempSync(join(tmpdir(), 'drey-stalled-'));
  const stall = join(folder, 'stall');
  const call: Caller = (...args) => caller(...args);

  beforeAll(async () => {
    plane = await startControlPlane();
    caller = createCaller(plane.url, plane.token);
    await call('PUT', '/v1/clusters/local', { body: {} });
    agent = child('test/support/made-up-agent.ts', {
      ...process.env,
      NODE_OPTIONS: '',
      TEMPORAL_ADDRESS: plane.temporalAddress,
      STALL: stall,
    });
  });
  afterAll(async () => {
    await agent?.stop('SIGKILL');
    await plane?.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => rmSync(stall, { force: true }));

  async function startAgent(): Promise<void> {
    await agent.start();
    const isReady = async () => agent.output().includes('ready');
    await waitUntil(isReady, { what: 'the agent', timeoutMs: 120_000, giveUp: agent.failure });
  }

  return {
    stall,
    call,
    startAgent,
    agentOutput: () => agent.output(),
    temporalAddress: () => plane.temporalAddress,
    ...operationsBy(call),
  };
}

function operationsBy(call: Caller) {
  /** The operation of an accepted change, once it is as wanted. */
  function operationOf(
    change: Answer,
    what: string,
    isIt: (operation: Answer['body']) => boolean,
  ): Promise<Answer['body']> {
    const { job, operation } = changeAnswer.parse(change.body);
    const look = async () => {
      const { body } = await call('GET', `${path(job.name)}/operations/${operation?.number}`);
      return isIt(operationAnswer.parse(body)) && body;
    };
    return waitUntil(look, { what, timeoutMs: 120_000 });
  }

  const ended = (change: Answer) => operationOf(change, 'its end', hasEnded);

  const begun = (change: Answer, step: string) =>
    operationOf(change, step, ({ steps }) => steps.some(({ name }: { name: string }) => name === step));

  /** Asks it to give up, and waits until it has: sooner than any of its steps would have ended by itself. */
  async function givenUp(change: Answer): Promise<Answer['body']> {
    const { job, operation } = changeAnswer.parse(change.body);
    const asked = await call('POST', `${path(job.name)}/operations/${operation?.number}/abort`);
    expect(asked.status).toBe(202);
    return ended(change);
  }

  async function done(change: Answer): Promise<Answer['body']> {
    const operation = await ended(change);
    expect(operation).toMatchObject({ state: 'succeeded' });
    return operation;
  }

  return { ended, begun, givenUp, done };
}
