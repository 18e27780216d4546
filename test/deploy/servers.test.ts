/** The real Temporal and PostgreSQL of the stack: found again, repaired after kill -9 without loss, ended whole. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { stackPaths, type StackPaths } from '../../deploy/dev/paths.ts';
import { startPostgres, stopPostgres } from '../../deploy/dev/postgres.ts';
import { livingProcess, runCommand } from '../../deploy/dev/process.ts';
import { makeOwnFolder } from '../../deploy/dev/test-folder.ts';
import { searchAttributes, startTemporal, stopTemporal } from '../../deploy/dev/temporal.ts';

const anyPorts = { temporal: 0, temporalUi: 0, temporalMetrics: 0 };
let paths: StackPaths;

beforeAll(() => {
  const stateDir = makeOwnFolder('servers');
  const { cacheDir } = stackPaths('test');
  paths = { instance: 'servers', stateDir, runDir: join(stateDir, 'run'), logDir: join(stateDir, 'logs'), cacheDir };
});

afterAll(async () => {
  await Promise.all([stopTemporal(paths), stopPostgres(paths)]);
  rmSync(paths.stateDir, { recursive: true, force: true });
});

const startDatabase = () => startPostgres({ ...paths, port: 0 });
const startTemporalHere = () => startTemporal({ ...paths, ports: anyPorts });

function kill(name: string): number {
  const record = livingProcess(paths.runDir, name);
  if (!record) throw new Error(`${name} does not run`);
  process.kill(record.pid, 'SIGKILL');
  return record.pid;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('PostgreSQL keeps its data and its address through kill -9', async () => {
  const { url } = await startDatabase();
  await query(url, 'create table kept (n int)');
  await query(url, 'insert into kept values (42)');
  const before = kill('postgres');
  const again = await startDatabase();
  expect(again.url).toBe(url);
  expect(livingProcess(paths.runDir, 'postgres')?.pid).not.toBe(before);
  expect(await query(url, 'select n from kept')).toEqual([{ n: 42 }]);
});

test('PostgreSQL that runs is found, not started again', async () => {
  await startDatabase();
  const before = livingProcess(paths.runDir, 'postgres')?.pid;
  await startDatabase();
  expect(livingProcess(paths.runDir, 'postgres')?.pid).toBe(before);
});

test('PostgreSQL listens on the loopback address only and lets nobody in without the password', async () => {
  const { url } = await startDatabase();
  expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const withoutPassword = new URL(url);
  withoutPassword.password = 'wrong';
  await expect(query(withoutPassword.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect(statSync(join(paths.stateDir, 'postgres', 'password')).mode & 0o077).toBe(0);
});

test('Temporal keeps its data and its address through kill -9', async () => {
  const server = await startTemporalHere();
  const temporal = (...args: string[]) => runCommand(server.binary, [...args, '--address', server.address]);
  await temporal('workflow', 'start', '--type', 'kept', '--task-queue', 'nobody', '--workflow-id', 'kept');
  kill('temporal');
  const again = await startTemporalHere();
  expect(again.address).toBe(server.address);
  expect(await temporal('workflow', 'describe', '--workflow-id', 'kept')).toContain('kept');
});

test('Temporal has the search attributes and keeps ended workflows for thirty days', async () => {
  const server = await startTemporalHere();
  const operator = (...args: string[]) => runCommand(server.binary, ['operator', ...args, '--address', server.address]);
  const attributes = await operator('search-attribute', 'list');
  for (const name of searchAttributes) expect(attributes).toMatch(new RegExp(`${name}\\s+Keyword`));
  expect(await operator('namespace', 'describe', '-n', 'default')).toContain('720h0m0s');
});

test('stopping leaves no process, twice over', async () => {
  await Promise.all([startDatabase(), startTemporalHere()]);
  for (let round = 0; round < 2; round += 1) {
    await Promise.all([stopTemporal(paths), stopPostgres(paths)]);
    const left = await runCommand('ps', ['-ww', '-eo', 'args']);
    expect(left).not.toContain(paths.stateDir);
  }
});
