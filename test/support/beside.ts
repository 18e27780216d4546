/** A second worker beside the stack's own, from sources in another folder: what a new release looks like. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processName } from '../../deploy/dev/drey-processes.ts';
import { stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { livingProcess, startDetached, stopRecorded } from '../../deploy/dev/process.ts';

const paths = stackPaths(testInstance);
const name = 'worker-beside';

export interface Beside {
  stop(): Promise<void>;
}

/** Starts the worker from the sources in `folder`, with the settings of the one that runs. */
export async function startWorkerBeside(folder: string): Promise<Beside> {
  const running = livingProcess(paths.runDir, processName('worker'));
  if (!running) throw new Error('no worker runs');
  const env = Object.fromEntries(nullSeparated(`/proc/${running.pid}/environ`).map(splitOnce));
  const args = ['--import', 'tsx', 'workers/main.ts'];
  const logFile = join(paths.logDir, `${name}.log`);
  await startDetached({ name, dir: paths.runDir, logFile, command: process.execPath, args, cwd: folder, env });
  return { stop: () => stopRecorded(paths.runDir, name) };
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
