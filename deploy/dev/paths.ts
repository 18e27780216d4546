/** Where the development stack keeps things: one ignored folder, with a sub-folder per instance and a shared cache. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that was cloned. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything of the development stack listens here and nowhere else. */
export const loopback = '127.0.0.1';

/** The instance that the tests use. Two runs at once need two: `DREY_TEST_INSTANCE=test2 npm test`. */
export const testInstance = process.env['DREY_TEST_INSTANCE'] ?? 'test';

export interface StackPaths {
  /** Name of the instance: `dev` for people, `test` for the test runner. */
  readonly instance: string;
  readonly stateDir: string;
  /** Records of running processes. */
  readonly runDir: string;
  readonly logDir: string;
  /** What costs time to get or build and depends on nothing but its version; shared by all instances. */
  readonly cacheDir: string;
}

/** The folders of all test instances that there are. */
export function testInstances(): StackPaths[] {
  const folder = join(repositoryRoot, '.drey');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.startsWith('test')).map(stackPaths);
}

/** The folders of an instance; none is made here. */
export function stackPaths(instance: string): StackPaths {
  const stateDir = join(repositoryRoot, '.drey', instance);
  return {
    instance,
    stateDir,
    runDir: join(stateDir, 'run'),
    logDir: join(stateDir, 'logs'),
    cacheDir: join(repositoryRoot, '.drey', 'cache'),
  };
}
