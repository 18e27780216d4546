/** When an exchange ends without its answer. */
import { Agent } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exchange, NoAnswer } from '../../clients/http.ts';

/** It answers in a thread of its own, also while this one stands still: soon, or never; and counts what it has answered. */
const serving = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const count = () => { Atomics.add(workerData, 0, 1); Atomics.notify(workerData, 0); };
  const server = createServer((asked, answer) => {
    if (asked.url !== '/never') setTimeout(() => answer.end('here', count), 100);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const answered = new Int32Array(new SharedArrayBuffer(4));
let server: Worker;
let base: string;

beforeAll(async () => {
  server = new Worker(serving, { eval: true, workerData: answered });
  const port = await new Promise<number>((resolve) => void server.once('message', resolve));
  base = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  agent.destroy();
  await server.terminate();
});

const get = (path: string, timeoutMs: number) =>
  exchange({ url: new URL(path, base), method: 'GET', agent, timeoutMs });

test('an answer that is there counts, though this process stood still until its time was over', async () => {
  // Over the connection that is kept from here the next request leaves at once.
  await get('/', 60_000);
  const timeoutMs = 500;
  const outOfTimeAt = performance.now() + 2 * timeoutMs;
  const asked = get('/', timeoutMs);
  await turn();
  await turn();
  Atomics.wait(answered, 0, 1, 60_000);
  while (performance.now() < outOfTimeAt);
  await expect(asked).resolves.toMatchObject({ status: 200, body: 'here' });
});

test('what is not answered in its time ends without an answer', async () => {
  await expect(get('/never', 50)).rejects.toThrow(NoAnswer);
});
