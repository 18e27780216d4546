/** How `drey logs` reads a log that goes on: as it comes, however long it is quiet, and until somebody ends it. */
import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { runDrey, type RunOptions } from './run-drey.ts';

let server: Server;
let address: string;
const fetchOfNode = globalThis.fetch;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  globalThis.fetch = fetchOfNode;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs `drey logs`, and gives its end and the answer that the server has begun. */
async function follow(options: RunOptions = {}, headers: OutgoingHttpHeaders = {}) {
  const ended = runDrey(address, ['logs', 'job', 'counts', '-f'], options);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.writeHead(200, { 'content-type': 'text/plain', ...headers }).write('first\n');
  return { ended, response };
}

test('a log is not read by fetch, which gives up after five quiet minutes', async () => {
  globalThis.fetch = () => Promise.reject(new Error('fetch was called'));
  const { ended, response } = await follow();
  response.end('last\n');
  expect(await ended).toEqual({ code: 0, out: 'first\nlast\n', err: '' });
});

test('Ctrl-C ends it without a complaint, and the connection with it', async () => {
  const interruption = new AbortController();
  let shown = '';
  const out = { isTTY: false, columns: 80, rows: 24, write: (text: string) => void (shown += text) };
  const { ended, response } = await follow({ interrupted: interruption.signal, out });
  const closed = once(response, 'close');
  await waitUntil(async () => shown === 'first\n', { what: 'the first line', timeoutMs: 60_000, stepMs: 5 });
  interruption.abort();
  expect(await ended).toMatchObject({ code: 130, err: '' });
  await closed;
});

test.each([
  ['one of several pods', 'tm-2,tm-1,tm-3', 'following tm-2; --pod NAME chooses another one: tm-1, tm-3\n'],
  ['the only pod', 'tm-2', ''],
])('who follows %s is told of the others, beside the log', async (_, pods, err) => {
  const { ended, response } = await follow({}, { 'drey-pods': pods });
  response.end();
  expect(await ended).toEqual({ code: 0, out: 'first\n', err });
});

test('a log that breaks off is an error', async () => {
  const { ended, response } = await follow();
  response.destroy();
  const { code, err } = await ended;
  expect(code).toBe(3);
  expect(err).toContain(`cannot reach Drey at ${address}: `);
});

test('an API that is not there is said to be', async () => {
  await new Promise((resolve) => server.close(resolve));
  const { code, err } = await runDrey(address, ['logs', 'job', 'counts']);
  expect(code).toBe(3);
  expect(err).toContain('ECONNREFUSED');
});
