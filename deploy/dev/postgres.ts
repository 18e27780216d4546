/** PostgreSQL for the development stack: `DATABASE_URL` if set, else a real server of our own that outlives this process. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { loopback } from './paths.ts';
import { claimPorts, rememberedPorts } from './ports.ts';
import { lastLines, livingProcess, startDetached, startTicksOf, stopRecorded, waitUntil } from './process.ts';
import { chooseAccount, findPrograms, initialise, plainEnv } from './postgres-server.ts';

const processName = 'postgres';
const database = 'drey';
const user = 'drey';

export interface PostgresOptions {
  readonly stateDir: string;
  readonly runDir: string;
  readonly logDir: string;
  /** First choice of the port; 0 for any free one. */
  readonly port: number;
  /** Server settings beyond ours, such as `fsync=off` for tests. */
  readonly settings?: readonly string[];
  readonly progress?: (line: string) => void;
}

export interface PostgresServer {
  /** Connection string, with the password: not for logs. */
  readonly url: string;
  /** What may be shown: where it is, without the password. */
  readonly shownUrl: string;
  readonly ownedByReader: boolean;
}

/**
 * Starts PostgreSQL, or finds it running, and returns when the database `drey` takes connections.
 * @throws with the log's last lines when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const given = process.env['DATABASE_URL'];
  if (given) return useReaders(given);
  const starter = createStarter(options);
  await starter.ensureStarted();
  const port = rememberedPorts(options.stateDir)['postgres'] ?? 0;
  const password = ensurePassword(options.stateDir);
  const url = (name: string) => `postgresql://${user}:${password}@${loopback}:${port}/${name}`;
  options.progress?.('waiting for it to take connections');
  await waitForDatabase(url('postgres'), options, starter);
  return { url: url(database), shownUrl: `postgresql://${loopback}:${port}/${database}`, ownedByReader: false };
}

/** Ends our own PostgreSQL at once but cleanly (clients are disconnected); its data stays. */
export async function stopPostgres(paths: { readonly runDir: string }): Promise<void> {
  await stopRecorded(paths.runDir, processName, 20_000, 'SIGINT');
}

async function useReaders(url: string): Promise<PostgresServer> {
  await withClient(url, (client) => client.query('select 1'));
  const shown = new URL(url);
  return { url, shownUrl: `${shown.protocol}//${shown.host}${shown.pathname}`, ownedByReader: true };
}

async function launch(options: PostgresOptions): Promise<void> {
  const dataDir = join(options.stateDir, 'postgres', 'data');
  mkdirSync(join(options.stateDir, 'postgres'), { recursive: true });
  const account = chooseAccount();
  const programs = await findPrograms();
  options.progress?.('preparing its data');
  await initialise({ programs, account, dataDir, user, password: ensurePassword(options.stateDir) });
  clearStaleLock(dataDir);
  const { postgres: port } = await claimPorts(options.stateDir, { postgres: options.port });
  const [command, ...args] = [...account.prefix, programs.postgres, '-D', dataDir, '-p', String(port)];
  const settings = [`listen_addresses=${loopback}`, 'unix_socket_directories=', 'max_connections=200'];
  await startDetached({
    name: processName,
    dir: options.runDir,
    logFile: logFileOf(options),
    command,
    args: [...args, ...[...settings, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting])],
    cwd: '/',
    env: plainEnv(),
  });
}

interface Starter {
  /** Starts the server unless it runs. A start that failed for good is not repeated. */
  ensureStarted(): Promise<void>;
  hasFailed(): boolean;
}

function createStarter(options: PostgresOptions): Starter {
  let wasStartedHere = false;
  const hasEnded = () => livingProcess(options.runDir, processName) === undefined;
  // After kill -9 the server's children may live on for a moment, and a new server refuses to start beside them.
  const isRefusedByOrphans = () => lastLines(logFileOf(options), 3).includes('shared memory block');
  const hasFailed = () => hasEnded() && wasStartedHere && !isRefusedByOrphans();
  const ensureStarted = async () => {
    if (!hasEnded() || hasFailed()) return;
    await launch(options);
    wasStartedHere = true;
  };
  return { ensureStarted, hasFailed };
}

async function waitForDatabase(adminUrl: string, options: PostgresOptions, starter: Starter): Promise<void> {
  const look = async () => {
    await starter.ensureStarted();
    return ensureDatabase(adminUrl);
  };
  await waitUntil(look, {
    what: `PostgreSQL (${options.stateDir})`,
    timeoutMs: 180_000,
    stepMs: 25,
    logFile: logFileOf(options),
    giveUp: () => (starter.hasFailed() ? 'the process has ended' : undefined),
  });
}

function logFileOf({ logDir }: PostgresOptions): string {
  return join(logDir, 'postgres.log');
}

/**
 * A lock file whose process is a zombie or, after a reboot, somebody else's would keep the server from starting. Two
 * servers never run on the same data all the same: the check of the shared memory is another one.
 */
function clearStaleLock(dataDir: string): void {
  const lock = join(dataDir, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const said = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  if (startTicksOf(pid) === undefined || !said.stdout.includes(dataDir)) rmSync(lock);
}

async function ensureDatabase(adminUrl: string): Promise<boolean> {
  return withClient(adminUrl, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
    return true;
  });
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // A connection that breaks is seen by the query on it.
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function ensurePassword(stateDir: string): string {
  const file = join(stateDir, 'postgres', 'password');
  if (!existsSync(file)) {
    mkdirSync(join(stateDir, 'postgres'), { recursive: true });
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}
