/** Drey's control plane on real parts, for one test file: PostgreSQL, Temporal, the worker and the API, each a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { inheritedEnv } from '../../deploy/dev/inherited-env.ts';
import { repositoryRoot, stackPaths } from '../../deploy/dev/paths.ts';
import { recordProcess, runCommand, waitUntil } from '../../deploy/dev/process.ts';
import { startTemporal, stopTemporal } from '../../deploy/dev/temporal.ts';
import { makeOwnFolder, runFolder } from '../../deploy/dev/test-folder.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

export interface ControlPlane {
  readonly url: string;
  /** Of an administrator of all tenants. */
  readonly token: string;
  readonly databaseUrl: string;
  /** Where Prometheus would ask the worker. */
  readonly workerMetricsUrl: string;
  readonly temporalAddress: string;
  readonly postgres: TestPostgres;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Ends the API with this signal and gives its exit code. */
  stopApi(signal: NodeJS.Signals): Promise<number | null>;
  startApi(): Promise<void>;
  stopTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  /** What the API has written to its log. */
  apiLog(): string;
  /** Why the worker has ended; undefined while it runs. */
  workerFailure(): string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts everything; the caller stops it in `afterAll`. The tenant `default` may use the namespace `flink` of `local`.
 * @param workerEnv what the worker gets besides.
 */
export async function startControlPlane(workerEnv: NodeJS.ProcessEnv = {}): Promise<ControlPlane> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    return { ...(await startParts(undo, workerEnv)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  undo: (() => Promise<unknown>)[],
  moreEnv: NodeJS.ProcessEnv,
): Promise<Omit<ControlPlane, 'stop'>> {
  const stateDir = makeOwnFolder('control');
  undo.push(async () => rmSync(stateDir, { recursive: true, force: true }));
  const temporalOptions = {
    stateDir,
    runDir: stateDir,
    logDir: stateDir,
    cacheDir: stackPaths('test').cacheDir,
    ports: { temporal: 0, temporalUi: 0, temporalMetrics: 0 },
  };
  undo.push(() => stopTemporal(temporalOptions));
  const temporal = await startTemporal(temporalOptions);
  const postgres = await startTestPostgres();
  undo.push(() => postgres.stop());
  const databaseUrl = await postgres.emptyDatabase();
  const tokenFile = join(stateDir, 'token');
  const env = { ...inheritedEnv(), DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporal.address };
  await bootstrap(env, ['--token-file', tokenFile, '--tenant', 'default', '--grant', 'local:flink']);
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}`;
  const api = child('api/main.ts', { ...env, DREY_API_LISTEN: listen });
  const cacheDir = stackPaths('test').cacheDir;
  const workerMetrics = `127.0.0.1:${await freePort()}`;
  const workerEnv = { DREY_MAKE_CURRENT: 'true', DREY_CACHE: cacheDir, DREY_METRICS_LISTEN: workerMetrics };
  const worker = child('workers/main.ts', { ...env, ...workerEnv, ...moreEnv });
  undo.push(() => Promise.all([api.stop('SIGKILL'), worker.stop('SIGKILL')]));
  const startApi = () => startAndWait(api, 'the API', async () => (await fetch(`${url}/healthz`)).ok);
  const startWorker = () => startAndWait(worker, 'the worker', async () => worker.output().includes('is current'));
  await Promise.all([startApi(), startWorker()]);
  return {
    url,
    token: readFileSync(tokenFile, 'utf8').trim(),
    databaseUrl,
    workerMetricsUrl: `http://${workerMetrics}/metrics`,
    temporalAddress: temporal.address,
    postgres,
    apiLog: api.output,
    workerFailure: worker.failure,
    startApi,
    stopApi: api.stop,
    startWorker,
    stopWorker: async () => void (await worker.stop('SIGKILL')),
    stopTemporal: () => stopTemporal(temporalOptions),
    startTemporal: async () => void (await startTemporal(temporalOptions)),
  };
}

async function startAndWait(one: ReturnType<typeof child>, what: string, isThere: () => Promise<boolean>) {
  await one.start();
  await waitUntil(isThere, { what: `${what} to be there`, timeoutMs: 300_000, stepMs: 25, giveUp: one.failure });
}

/** Runs the command that makes the first tenant and token. */
export async function bootstrap(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  await runCommand(process.execPath, ['--import', 'tsx', 'api/bootstrap.ts', ...args], { cwd: repositoryRoot, env });
}

/** Runs the command that makes, lists and revokes tokens, and gives what it prints. */
export function runTokens(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  return runCommand(process.execPath, ['--import', 'tsx', 'api/tokens.ts', ...args], { cwd: repositoryRoot, env });
}

/** A process of ours that can be ended and started again; its output is kept. */
export function child(file: string, env: NodeJS.ProcessEnv) {
  let running: ChildProcess | undefined;
  let output = '';
  return {
    output: () => output,
    failure: () => (hasEnded(running) ? `${file} has ended:\n${output.slice(-2_000)}` : undefined),
    start: async () => {
      output = '';
      const started = spawn(process.execPath, ['--import', 'tsx', file], { cwd: repositoryRoot, env });
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      await once(started, 'spawn');
      running = started;
      record(file, started);
    },
    stop: async (signal: NodeJS.Signals): Promise<number | null> => {
      if (!running || hasEnded(running)) return running?.exitCode ?? null;
      const exited = once(running, 'exit');
      running.kill(signal);
      await exited;
      return running.exitCode;
    },
  };
}

/** It is no process of its own session, but outlives a test runner that is killed. */
function record(file: string, { pid = 0 }: ChildProcess): void {
  const folder = runFolder();
  if (folder !== undefined) recordProcess(folder, { name: `${file.replaceAll('/', '-')}-${pid}`, pid, logFile: '' });
}

function hasEnded(process: ChildProcess | undefined): boolean {
  return process !== undefined && (process.exitCode !== null || process.signalCode !== null);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  return address.port;
}
