/** A second process beside one of the stack's own, with its settings but for what is said: of the same build, or of the next. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { processName } from '../../deploy/dev/drey-processes.ts';
import { repositoryRoot, stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { bundleProcess } from '../../deploy/dev/process-bundle.ts';
import { livingProcess, startDetached, stopRecorded } from '../../deploy/dev/process.ts';

const paths = stackPaths(testInstance);

const sources: Readonly<Record<DreyProcess, string>> = {
  api: 'api/main.ts',
  worker: 'workers/main.ts',
  agent: 'agent/main.ts',
};

export interface BesideWish {
  /** The folder whose sources are run; without it, the build that the stack has. */
  readonly folder?: string;
  /** Settings that differ. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Beside {
  /** @throws when it does not run. */
  pid(): number;
  /** Starts it again with the settings that it was started with. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** As a release or an eviction ends it. */
  stop(): Promise<void>;
}

/** The settings of the stack's own process, as it runs. @throws when it does not. */
export function settingsOf(kind: DreyProcess): Readonly<Record<string, string>> {
  const running = livingProcess(paths.runDir, processName(kind));
  if (!running) throw new Error(`no ${kind} runs`);
  return Object.fromEntries(nullSeparated(`/proc/${running.pid}/environ`).map(splitOnce));
}

/** Starts it; whether it works already is for the caller to see. */
export async function startBeside(kind: DreyProcess, { folder, env }: BesideWish = {}): Promise<Beside> {
  const name = `${kind}-beside${folder === undefined ? '' : '-next'}`;
  const settings = { ...settingsOf(kind), ...env };
  const start = async () => {
    const args = folder === undefined ? await ownBuild(kind) : ['--import', 'tsx', sources[kind]];
    await startDetached({
      name,
      dir: paths.runDir,
      logFile: join(paths.logDir, `${name}.log`),
      command: process.execPath,
      args,
      cwd: folder ?? repositoryRoot,
      env: settings,
    });
  };
  await start();
  return {
    pid: () => pidOf(name),
    start,
    kill: () => stopRecorded(paths.runDir, name, 10_000, 'SIGKILL'),
    stop: () => stopRecorded(paths.runDir, name),
  };
}

async function ownBuild(kind: DreyProcess): Promise<string[]> {
  return ['--enable-source-maps', await bundleProcess(paths.cacheDir, kind)];
}

function pidOf(name: string): number {
  const running = livingProcess(paths.runDir, name);
  if (!running) throw new Error(`${name} does not run`);
  return running.pid;
}

function nullSeparated(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\0')
    .filter((part) => part !== '');
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
