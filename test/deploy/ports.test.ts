import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { againWhilePortsAreTaken, claimPorts, rememberedPorts } from '../../deploy/dev/ports.ts';

let stateDir: string;
const servers: Server[] = [];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'drey-ports-'));
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(stateDir, { recursive: true, force: true });
});

const listenOnAnyPort = () => listenOn(0);

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('takes the next port when another process holds the usual one', async () => {
  const taken = await listenOnAnyPort();
  const { api } = await claimPorts(stateDir, { api: taken });
  expect(api).toBeGreaterThan(taken);
});

test('gives the same port to the next run', async () => {
  const { postgres } = await claimPorts(stateDir, { postgres: 0 });
  expect(await claimPorts(stateDir, { postgres: 0 })).toEqual({ postgres });
  expect(rememberedPorts(stateDir)).toEqual({ postgres });
});

test('never gives one port to two', async () => {
  const first = await claimPorts(stateDir, { api: 0 });
  const second = await claimPorts(stateDir, { flinkUi: first.api });
  expect(second.flinkUi).not.toBe(first.api);
});

test('begins anew when the memory was cut short', async () => {
  const { api } = await claimPorts(stateDir, { api: 0 });
  rmSync(join(stateDir, 'ports.json'));
  expect(rememberedPorts(stateDir)).toEqual({});
  expect(api).toBeGreaterThan(0);
});

test('starts again what found its port taken, and gives up at the third time', async () => {
  const taken = await listenOnAnyPort();
  const choices = [taken, taken, 0];
  const got = await againWhilePortsAreTaken(() => listenOn(choices.shift() ?? taken));
  expect(got).not.toBe(taken);
  await expect(againWhilePortsAreTaken(() => listenOn(taken))).rejects.toThrow('address already in use');
});

test('does not start again what failed for another reason', async () => {
  let starts = 0;
  const start = () => Promise.reject(new Error(`no licence, start ${(starts += 1)}`));
  await expect(againWhilePortsAreTaken(start)).rejects.toThrow('no licence, start 1');
});
