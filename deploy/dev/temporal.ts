/** Temporal for the development stack: the real server, persistent in one file, on the loopback address only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnv } from './inherited-env.ts';
import { loopback } from './paths.ts';
import { againWhilePortsAreTaken, claimPorts, rememberedPorts, type PortTable } from './ports.ts';
import {
  lastLines,
  livingProcess,
  type ProcessRecord,
  runCommand,
  startDetached,
  stopRecorded,
  waitUntil,
} from './process.ts';
import { ensureTemporalBinary } from './temporal-binary.ts';

/** What jobs and operations are searched by in Temporal; all of type Keyword. */
export const searchAttributes = ['DreyTenant', 'DreyJob', 'DreyCluster', 'DreyPhase', 'DreyOperation'] as const;

const processName = 'temporal';

export interface TemporalOptions {
  /** Folder of the database file. */
  readonly stateDir: string;
  readonly runDir: string;
  readonly logDir: string;
  readonly cacheDir: string;
  /** First choice per listener; 0 for any free port. */
  readonly ports: { readonly temporal: number; readonly temporalUi: number; readonly temporalMetrics: number };
  /** How long ended workflows stay visible; 30 days unless told. */
  readonly retentionHours?: number;
  /** Server settings by name, as JSON values. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
  readonly progress?: (line: string) => void;
}

export interface TemporalServer {
  /** Host and port for clients and workers. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  readonly metricsUrl: string;
  /** The command, for people and for health checks. */
  readonly binary: string;
}

/**
 * Starts Temporal, or finds it running, and returns when it serves, with search attributes and retention set.
 * @throws with the log's last lines when it does not come up.
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const progress = options.progress ?? (() => undefined);
  const binary = await ensureTemporalBinary(options.cacheDir, progress);
  await refuseOtherVersion(options.stateDir, binary);
  // Its services inside listen on ports that it chooses itself, a moment before it takes them: it may end of that after it has begun to serve.
  for (let start = 1; ; start += 1) {
    const server = await againWhilePortsAreTaken(() => startBinary(binary, options, progress));
    const ended = await configured(server, options);
    if (!ended) return server;
    if (start === startsMax) throw ended;
  }
}

const startsMax = 3;

/** @returns why it could not be set up, where it has ended meanwhile. @throws where it lives and refuses. */
async function configured(server: TemporalServer, options: TemporalOptions): Promise<Error | undefined> {
  try {
    await configure(server, options);
    return undefined;
  } catch (error) {
    if (livingProcess(options.runDir, processName)) throw error;
    const said = lastLines(join(options.logDir, 'temporal.log'), 20);
    return new Error(`Temporal ended while it was set up: ${String(error)}\n${said}`, { cause: error });
  }
}

async function startBinary(
  binary: string,
  options: TemporalOptions,
  progress: (line: string) => void,
): Promise<TemporalServer> {
  const running = livingProcess(options.runDir, processName);
  const server = describeServer(binary, running ? rememberedPorts(options.stateDir) : await claim(options));
  const started = running ? undefined : await launch(server, options);
  progress('waiting for its health check');
  const hasEnded = () => livingProcess(options.runDir, processName) === undefined;
  const look = async () => {
    // It may have been dying when it was found: then it is started after all.
    if (running && hasEnded()) await launch(server, options);
    return isServing(server);
  };
  await waitUntil(look, {
    what: `Temporal at ${server.address}`,
    timeoutMs: 180_000,
    stepMs: 50,
    logFile: join(options.logDir, 'temporal.log'),
    giveUp: () => (started && hasEnded() ? 'the process has ended' : undefined),
  });
  return server;
}

/** Ends Temporal; its data stays. */
export async function stopTemporal(paths: { readonly runDir: string }): Promise<void> {
  await stopRecorded(paths.runDir, processName);
}

/** Whether the frontend answers its health check. */
async function isServing(server: Pick<TemporalServer, 'binary' | 'address'>): Promise<boolean> {
  const said = await runCommand(server.binary, ['operator', 'cluster', 'health', '--address', server.address], {
    env: inheritedEnv(),
    timeoutMs: 5000,
  });
  return said.includes('SERVING');
}

function claim(options: TemporalOptions): Promise<PortTable> {
  const { temporal, temporalUi, temporalMetrics } = options.ports;
  return claimPorts(options.stateDir, { temporal, temporalUi, temporalMetrics });
}

function describeServer(binary: string, ports: PortTable): TemporalServer {
  const url = (name: string) => `${loopback}:${ports[name] ?? 0}`;
  return {
    address: url('temporal'),
    namespace: 'default',
    uiUrl: `http://${url('temporalUi')}`,
    metricsUrl: `http://${url('temporalMetrics')}/metrics`,
    binary,
  };
}

function launch(server: TemporalServer, options: TemporalOptions): Promise<ProcessRecord> {
  const flags = {
    ip: loopback,
    'log-level': 'warn',
    'db-filename': databaseFile(options.stateDir),
    'sqlite-pragma': 'journal_mode=WAL',
    port: portOf(`http://${server.address}`),
    'ui-port': portOf(server.uiUrl),
    'metrics-port': portOf(server.metricsUrl),
  };
  return startDetached({
    name: processName,
    dir: options.runDir,
    logFile: join(options.logDir, 'temporal.log'),
    command: server.binary,
    args: [
      'server',
      'start-dev',
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      ...settings({ ...defaultSettings, ...options.dynamicConfig }),
    ],
    env: inheritedEnv(),
  });
}

function portOf(url: string): string {
  return new URL(url).port;
}

/** Every code change of a developer is a new worker version; the default of 100 would be used up within weeks. */
const defaultSettings: Readonly<Record<string, string>> = { 'matching.maxVersionsInDeployment': '1000' };

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]);
}

async function configure(server: TemporalServer, { runDir, retentionHours = 720 }: TemporalOptions): Promise<void> {
  const operator = (...args: string[]) =>
    runCommand(server.binary, ['operator', ...args, '--address', server.address], {
      env: inheritedEnv(),
      timeoutMs: 20_000,
    });
  // The namespace is made by the server itself a moment after it serves; commands before that find none.
  const description = await waitUntil(() => operator('namespace', 'describe', '-n', server.namespace), {
    what: 'the namespace "default"',
    timeoutMs: 120_000,
    giveUp: () => (livingProcess(runDir, processName) ? undefined : 'the process has ended'),
  });
  if (!description.includes(`${retentionHours}h0m0s`))
    await operator('namespace', 'update', '--retention', `${retentionHours}h`, '-n', server.namespace);
  const known = await operator('search-attribute', 'list', '-n', server.namespace);
  const missing = searchAttributes.filter((name) => !known.includes(name));
  if (missing.length > 0)
    await operator('search-attribute', 'create', ...missing.flatMap((name) => ['--name', name, '--type', 'Keyword']));
}

function databaseFile(stateDir: string): string {
  return join(stateDir, 'temporal.db');
}

/** The server makes its tables only in a new file and never changes them, so a file belongs to one server version. */
async function refuseOtherVersion(stateDir: string, binary: string): Promise<void> {
  const mark = join(stateDir, 'temporal-version');
  const version =
    (await runCommand(binary, ['--version'], { env: inheritedEnv() })).match(/Server ([\d.]+)/)?.[1] ?? 'unknown';
  if (existsSync(databaseFile(stateDir)) && existsSync(mark)) {
    const made = readFileSync(mark, 'utf8');
    if (made === version) return;
    throw new Error(
      `the data in ${stateDir} was written by Temporal server ${made}, but ${binary} has ${version}: ` +
        'put the other Temporal CLI on PATH, or remove the data with `npm run down -- --purge`',
    );
  }
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(mark, version);
}
