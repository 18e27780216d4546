/** The proxy by which other tests cut connections: what it says it does is what it does. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pause, waitUntil } from '../deploy/dev/process.ts';
import { startCuttableProxy, type CuttableProxy } from './support/cuttable-proxy.ts';

let echo: Server;
let proxy: CuttableProxy;
let clients: Socket[];

beforeEach(async () => {
  clients = [];
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  proxy = await startCuttableProxy({
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
  });
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.stop();
  echo.close();
});

/** A connection through it, and what has come back so far. */
async function opened(): Promise<{ readonly socket: Socket; readonly heard: () => string }> {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  socket.on('error', () => undefined);
  socket.setEncoding('utf8').on('data', (more: string) => (text += more));
  await once(socket, 'connect');
  return { socket, heard: () => text };
}

const heard = (one: { readonly heard: () => string }, text: string) =>
  waitUntil(async () => one.heard() === text, { what: `to hear ${text}`, timeoutMs: 5_000, stepMs: 5 });

test('passes on what is said, until it is cut', async () => {
  const one = await opened();
  one.socket.write('a');
  await heard(one, 'a');
  const closed = once(one.socket, 'close');
  proxy.cut();
  await closed;
  await waitUntil(async () => proxy.open === 0, { what: 'both sides to be closed', timeoutMs: 5_000, stepMs: 5 });
  expect(proxy.made).toBe(1);
});

test('ends new connections while it refuses', async () => {
  proxy.refuse(true);
  const { socket } = await opened();
  await once(socket, 'close');
  expect(proxy.open).toBe(0);
});

test('passes nothing while it is silent, tells nobody, and loses nothing', async () => {
  const old = await opened();
  old.socket.write('a');
  await heard(old, 'a');
  proxy.silence(true);
  const young = await opened();
  old.socket.write('b');
  young.socket.write('c');
  await pause(200);
  expect([old.heard(), young.heard()]).toEqual(['a', '']);
  expect([old.socket.destroyed, young.socket.destroyed]).toEqual([false, false]);
  proxy.silence(false);
  await heard(old, 'ab');
  await heard(young, 'c');
});
