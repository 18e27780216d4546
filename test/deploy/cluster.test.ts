import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rememberedCluster, stopCluster } from '../../deploy/dev/cluster.ts';
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { layoutOf } from '../../deploy/dev/kubernetes/layout.ts';
import { initPid } from '../../deploy/dev/kubernetes/namespace.ts';
import { stackPaths, type StackPaths } from '../../deploy/dev/paths.ts';

let paths: StackPaths;
let init: ChildProcess;

beforeEach(async () => {
  paths = { ...stackPaths('test'), stateDir: mkdtempSync(join(tmpdir(), 'drey-cluster-')) };
  mkdirSync(join(paths.stateDir, 'kubernetes'));
  // What a node's init is told by: its command and its configuration.
  writeFileSync(join(paths.stateDir, 'init'), 'while :; do sleep 1; done\n');
  init = spawn('sh', ['init', layoutOf(nodeIdentity(paths)).config], { cwd: paths.stateDir, stdio: 'ignore' });
  await once(init, 'spawn');
});

afterEach(() => {
  init.kill('SIGKILL');
  rmSync(paths.stateDir, { recursive: true, force: true });
});

test.each([
  ['empty', ''],
  ['cut short', '{"kind":"no'],
  ['about another kind of cluster', '{"kind":"context","context":"mine"}'],
])('a purge ends a node that runs before its folder goes, though cluster.json is %s', async (_, content) => {
  writeFileSync(join(paths.stateDir, 'cluster.json'), content);
  const identity = nodeIdentity(paths);
  expect(initPid(identity)).toBe(init.pid);
  await stopCluster(paths, true);
  expect(initPid(identity)).toBeUndefined();
  expect(existsSync(identity.stateDir)).toBe(false);
  expect(rememberedCluster(paths)).toBeUndefined();
});
