/** Logs: the agent brings them, the reader gets every byte, and nothing goes on when the reader has left. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { child, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';

let plane: ControlPlane;
let call: Caller;
let agent: ReturnType<typeof child>;
const path = '/v1/tenants/default/jobs/talks/logs';
const crowd = '/v1/tenants/default/jobs/crowd/logs';

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  for (const name of ['talks', 'crowd'])
    await call('PUT', `/v1/tenants/default/jobs/${name}`, { body: specInput(name) });
  agent = child('test/support/log-agent.ts', {
    ...process.env,
    NODE_OPTIONS: '',
    TEMPORAL_ADDRESS: plane.temporalAddress,
  });
});
afterAll(async () => {
  await agent?.stop('SIGKILL');
  await plane?.stop();
});

async function startAgent(): Promise<void> {
  await agent.start();
  await waitUntil(async () => (await call('GET', '/v1/clusters/local')).body.agent.state === 'connected', {
    what: 'the agent',
    timeoutMs: 120_000,
    giveUp: agent.failure,
  });
}

async function openStream(pathAndQuery: string): Promise<IncomingMessage> {
  const request = get(`${plane.url}${pathAndQuery}`, { headers: { authorization: `Bearer ${plane.token}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

describe('logs', () => {
  test('without an agent are a 503 at once, with the cure', async () => {
    expect(await call('GET', path)).toMatchObject({ status: 503, body: { code: 'AGENT_GONE' } });
  });

  test('come as plain text', async () => {
    await startAgent();
    const answer = await call('GET', `${path}?tail=2`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.body).toBe(`${'0'.padStart(99)}\n${'1'.padStart(99)}\n`);
  });

  test('of 10 MB come whole', async () => {
    const { status, body } = await call('GET', `${path}?tail=100000`);
    expect([status, body.length]).toEqual([200, 10_000_000]);
  });

  test('of a component without a pod are a 409 that says so', async () => {
    const answer = await call('GET', `${path}?component=taskmanager`);
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'LOGS_UNAVAILABLE', detail: 'There is no taskmanager pod of talks now.' },
    });
  });

  test('of several pods come one after the other, each under its name', async () => {
    const { status, body } = await call('GET', `${crowd}?component=taskmanager&tail=1`);
    const line = `${'0'.padStart(99)}\n`;
    expect([status, body]).toEqual([200, [1, 2, 3].map((n) => `==> crowd-${n} <==\n${line}`).join('\n')]);
  });

  test('of one pod are asked for by its name', async () => {
    const answer = await call('GET', `${crowd}?pod=crowd-3&tail=1`);
    expect(answer).toMatchObject({ status: 200, body: `${'0'.padStart(99)}\n` });
    expect(answer.headers.get('drey-pods')).toBe('crowd-3');
    expect(await call('GET', `${crowd}?pod=crowd-9`)).toMatchObject({
      status: 409,
      body: { detail: 'There is no pod crowd-9 of crowd now; there are: crowd-1, crowd-2, crowd-3.' },
    });
    expect(await call('GET', `${crowd}?pod=a%2Cb`)).toMatchObject({ status: 400 });
  });

  test('that are followed end at the agent, and in Temporal, when the reader leaves', async () => {
    const response = await openStream(`${path}?follow=true`);
    await once(response, 'data');
    response.destroy();
    await waitUntil(async () => agent.output().includes('the log is closed'), {
      what: 'the agent to stop',
      timeoutMs: 120_000,
    });
    const connection = await Connection.connect({ address: plane.temporalAddress });
    const { workflow } = new Client({ connection });
    const query = `WorkflowType = 'tailLogs' AND ExecutionStatus = 'Running'`;
    const none = async () => (await workflow.count(query)).count === 0;
    await waitUntil(none, { what: 'the workflows to end', timeoutMs: 120_000 });
    await connection.close();
    expect((await call('GET', path)).status).toBe(200);
  });

  test('of several pods are followed one at a time, and the header names the others', async () => {
    const response = await openStream(`${crowd}?component=taskmanager&follow=true`);
    expect(response.headers['drey-pods']).toBe('crowd-2,crowd-1,crowd-3');
    response.destroy();
  });

  test('that break off at the agent are seen as cut off', async () => {
    const response = await openStream(`${path}?follow=true`);
    const broken = once(response, 'error').then(([error]: unknown[]) => error);
    await once(response, 'data');
    response.resume();
    await agent.stop('SIGKILL');
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  });
});
