/** What tests have started and could not end is ended by the run that they belong to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { livingProcess, startDetached, startTicksOf, stopRecorded, waitUntil } from '../../deploy/dev/process.ts';
import { endTestFolder, makeOwnFolder, testFolderVariable } from '../../deploy/dev/test-folder.ts';

const sleeping = { command: process.execPath, args: ['-e', 'setInterval(() => undefined, 60_000)'] };
const elsewhere = makeOwnFolder('elsewhere');

afterAll(async () => void (await endTestFolder(elsewhere)));

test('all that is recorded in its folders is ended, and nothing else', async () => {
  const folder = makeOwnFolder('folder');
  const dirs = [folder, join(folder, 'own'), join(folder, 'own', 'run')];
  for (const dir of dirs) mkdirSync(dir, { recursive: true });
  const started = await Promise.all(
    dirs.map((dir, index) => startDetached({ ...sleeping, dir, name: `one-${index}` })),
  );
  const other = await startDetached({ ...sleeping, dir: elsewhere, name: 'other' });
  // Of a process that has ended, whose pid is another's by now.
  const reused = { ...other, name: 'reused', startTicks: '1' };
  writeFileSync(join(folder, 'reused.json'), JSON.stringify(reused));
  expect((await endTestFolder(folder)).toSorted()).toEqual(['one-0', 'one-1', 'one-2']);
  expect(started.map((one) => startTicksOf(one.pid))).toEqual([undefined, undefined, undefined]);
  expect(startTicksOf(other.pid)).toBe(other.startTicks);
  expect(existsSync(folder)).toBe(false);
  await stopRecorded(elsewhere, 'other');
});

test('a run that is interrupted ends the PostgreSQL of its tests', async () => {
  const folder = makeOwnFolder('interrupted');
  const args = ['--import', 'tsx', 'deploy/dev/test.ts', 'test/clients/postgres/migrate'];
  const env = { ...process.env, [testFolderVariable]: folder };
  const run = spawn(process.execPath, args, { cwd: repositoryRoot, env, stdio: 'ignore' });
  const ended = once(run, 'close');
  const servers = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/postgres.json'))
      .flatMap((path) => livingProcess(join(folder, path, '..'), 'postgres') ?? []);
  const isThere = async () => servers()[0];
  const server = await waitUntil(isThere, {
    what: 'the PostgreSQL of a test',
    timeoutMs: 300_000,
    giveUp: () => (run.exitCode === null ? undefined : 'the run has ended'),
  }).finally(() => run.kill('SIGINT'));
  await ended;
  const left = readdirSync(folder);
  for (const one of left) await endTestFolder(join(folder, one));
  rmSync(folder, { recursive: true });
  expect([left, startTicksOf(server.pid)]).toEqual([[], undefined]);
});
