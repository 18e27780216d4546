/**
 * The whole stack that the test runner started: clients of its parts, and how a test kills one and brings it back. To
 * import this module is to ask the runner for all of them.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { createDreyClient, type DreyClient } from '../../clients/drey/client.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { processName, restartDreyProcess } from '../../deploy/dev/drey-processes.ts';
import { inheritedEnv } from '../../deploy/dev/inherited-env.ts';
import { volumeFolder } from '../../deploy/dev/kubernetes/volumes.ts';
import { repositoryRoot, stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { startPostgres } from '../../deploy/dev/postgres.ts';
import {
  livingProcess,
  pause,
  startTicksOf,
  stopRecorded,
  waitUntil,
  type ProcessRecord,
} from '../../deploy/dev/process.ts';
import { startTemporal } from '../../deploy/dev/temporal.ts';
import { anyPorts } from '../../deploy/dev/test-stack.ts';

export type StackProcess = DreyProcess | 'temporal' | 'postgres';

const paths = stackPaths(testInstance);

/** A client of the API, or of the one at another address, with the token that the runner made. Each call takes so long at most. */
export function drey(requestTimeoutMs = 30_000, server?: string): DreyClient {
  const file = given('DREY_TEST_CLI_CONFIG');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { server: string; tokenFile: string };
  const token = readFileSync(resolve(dirname(file), config.tokenFile), 'utf8').trim();
  return createDreyClient({ server: server ?? config.server, token, requestTimeoutMs });
}

/** The folder on this machine that is the jobs' volume `flink-state`. */
export function stateVolume(): string {
  return volumeFolder(nodeIdentity(paths), { namespace: 'flink', name: 'flink-state' });
}

/** A client of the cluster; the caller closes it. */
export function kubernetes(): KubernetesClient {
  return connectKubernetes({ kubeconfig: given('DREY_TEST_KUBECONFIG') });
}

/** A client of Temporal; the caller closes its connection. */
export async function temporal(): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address: given('DREY_TEST_TEMPORAL_ADDRESS') }) });
}

/** Ends a workflow as a person would by hand: at once, and without its knowledge. */
export async function terminateWorkflow(id: string): Promise<void> {
  const client = await temporal();
  await client.workflow.getHandle(id).terminate('by hand, for a test');
  await client.connection.close();
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI as a reader would, in a process of its own. */
export async function cli(...args: readonly string[]): Promise<CliResult> {
  const env = { ...inheritedEnv(), DREY_CONFIG: given('DREY_TEST_CLI_CONFIG') };
  const child = spawn(join(repositoryRoot, 'cli', 'drey'), args, { cwd: repositoryRoot, env, stdio: 'pipe' });
  child.stdin.end();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const code = await new Promise<number>((end, reject) => {
    child.once('error', reject);
    child.once('close', (status) => end(status ?? 1));
  });
  return { code, ...output };
}

/** Ends a process with SIGKILL and starts it again at once; Drey's own need some seconds until they work. */
export async function killAndRestart(part: StackProcess): Promise<void> {
  await killPart(part);
  await startPart(part);
}

/** @throws when it does not run. */
export function pidOf(part: StackProcess): number {
  return recordOf(part).pid;
}

/** Lets a process stand still for so long, as one that is starved of CPU does. */
export async function standStill(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await pause(ms);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

function recordOf(part: StackProcess): ProcessRecord {
  const record = livingProcess(paths.runDir, nameOf(part));
  if (!record) throw new Error(`${part} does not run`);
  return record;
}

/** Ends a process with SIGKILL; returns when it is gone. */
export async function killPart(part: StackProcess): Promise<void> {
  const record = recordOf(part);
  process.kill(record.pid, 'SIGKILL');
  await waitUntil(async () => startTicksOf(record.pid) !== record.startTicks, {
    what: `${part} to be gone`,
    timeoutMs: 10_000,
    stepMs: 5,
  });
}

/** Starts one of Drey's own processes anew, whose clock is wrong by so much from then on. */
export async function restartWithClock(part: DreyProcess, shiftMs: number): Promise<void> {
  await endPart(part);
  const besides = { NODE_OPTIONS: `--import=${clockModule}`, DREY_TEST_CLOCK_SHIFT_MS: String(shiftMs) };
  await restartDreyProcess(paths, part, besides);
}

const clockModule = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;

/** Ends one of Drey's own processes as a release does: it may end what it has begun. */
export async function endPart(part: DreyProcess): Promise<void> {
  await stopRecorded(paths.runDir, processName(part));
}

/** Starts a process again, on the same port and with the same data. */
export async function startPart(part: StackProcess): Promise<void> {
  if (part === 'temporal') await startTemporal({ ...paths, ports: anyPorts });
  else if (part === 'postgres') await startPostgres({ ...paths, port: anyPorts.postgres, settings: ['fsync=off'] });
  else await restartDreyProcess(paths, part);
}

function nameOf(part: StackProcess): string {
  return part === 'temporal' || part === 'postgres' ? part : processName(part);
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests with npm test`);
  return value;
}
