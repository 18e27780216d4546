/**
 * Long-lived processes of the development stack: started detached with a log file and a pid record, found again by a
 * later run, ended by their id. A record holds the process's start time, so that a reused pid is never taken for ours.
 */
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
  existsSync,
  statSync,
  readSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const processRecord = z.object({ name: z.string(), pid: z.int(), startTicks: z.string(), logFile: z.string() });

/** What is kept of a started process, as `<dir>/<name>.json`. `startTicks` is field 22 of `/proc/<pid>/stat`, or what `ps` says. */
export type ProcessRecord = z.infer<typeof processRecord>;

export interface DetachedProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder that holds the pid record and, unless `logFile` says otherwise, `<name>.log`. */
  readonly dir: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logFile?: string;
}

/** The start time of a process in the system's own words, or undefined when there is none (a zombie counts as none). */
export function startTicksOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startTimeByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold spaces: the fields that count come after its last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeByPs(pid: number): string | undefined {
  const said = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = '', ...started] = (said.stdout ?? '').trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
}

/** The recorded process while it lives; undefined when it has ended, was never started, or its pid is another's now. */
export function livingProcess(dir: string, name: string): ProcessRecord | undefined {
  const file = join(dir, `${name}.json`);
  if (!existsSync(file)) return undefined;
  try {
    const record = processRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
    return startTicksOf(record.pid) === record.startTicks ? record : undefined;
  } catch {
    return undefined; // A record cut short by a crash says nothing: the caller starts anew.
  }
}

/**
 * Starts a process that outlives this one, in a process group of its own.
 * @throws when the command cannot be started at all.
 */
export async function startDetached(wanted: DetachedProcess): Promise<ProcessRecord> {
  const logFile = wanted.logFile ?? join(wanted.dir, `${wanted.name}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  mkdirSync(wanted.dir, { recursive: true });
  const log = openSync(logFile, 'a');
  const options: SpawnOptions = {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: wanted.cwd,
    env: wanted.env ?? process.env,
  };
  const child = spawn(wanted.command, [...wanted.args], options);
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  return recordProcess(wanted.dir, { name: wanted.name, pid: child.pid ?? 0, logFile });
}

/** Writes down a process that has just been started, so that whoever comes later can end it. */
export function recordProcess(dir: string, started: Omit<ProcessRecord, 'startTicks'>): ProcessRecord {
  const record = { ...started, startTicks: startTicksOf(started.pid) ?? '' };
  writeFileSync(join(dir, `${record.name}.json`), JSON.stringify(record));
  return record;
}

/**
 * Ends a recorded process: `signal`, then SIGKILL after `graceMs`. Returns when it is gone; no record is no error.
 * @throws when even SIGKILL does not end it.
 */
export async function stopRecorded(
  dir: string,
  name: string,
  graceMs = 10_000,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  const record = livingProcess(dir, name);
  if (record) await stopProcess(record, graceMs, signal);
  rmSync(join(dir, `${name}.json`), { force: true });
}

async function stopProcess(record: ProcessRecord, graceMs: number, signal: NodeJS.Signals): Promise<void> {
  const gone = () => startTicksOf(record.pid) !== record.startTicks;
  signalQuietly(record.pid, signal);
  if (await becomes(gone, graceMs)) return;
  signalQuietly(record.pid, 'SIGKILL');
  if (!(await becomes(gone, 10_000)))
    throw new Error(`${record.name} (pid ${record.pid}) does not end, even by SIGKILL`);
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone: what was wanted.
  }
}

async function becomes(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await pause(25);
  }
  return true;
}

/** Resolves after `ms`; only for the step between two looks at a condition. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface WaitOptions {
  /** What is waited for, in words, for the error. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly stepMs?: number;
  /** Fails the wait at once, with the text it returns. */
  readonly giveUp?: () => string | undefined;
  readonly logFile?: string;
}

/**
 * Polls until `look` gives a value; an exception counts as "not yet".
 * @throws with the last reason and the log's last lines when the time is up or `giveUp` says so.
 */
export async function waitUntil<T>(look: () => Promise<T | undefined | false>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let last = 'no answer yet';
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    const fatal = options.giveUp?.();
    if (fatal !== undefined) throw new Error(`waited for ${options.what}: ${fatal}${logTail(options)}`);
    if (Date.now() > deadline) throw new Error(`${timeUp(options)}: ${last}${logTail(options)}`);
    await pause(options.stepMs ?? 100);
  }
}

function timeUp({ what, timeoutMs }: WaitOptions): string {
  return `waited ${Math.round(timeoutMs / 1000)} s for ${what}`;
}

function logTail({ logFile }: WaitOptions): string {
  return logFile === undefined ? '' : `\n  log: ${logFile}\n${indent(lastLines(logFile, 20))}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

/** The last lines of a file, at most 16 KiB of it; empty when there is none. */
export function lastLines(file: string, count: number): string {
  if (!existsSync(file)) return '';
  const size = statSync(file).size;
  const length = Math.min(size, 16_384);
  const buffer = Buffer.alloc(length);
  const fd = openSync(file, 'r');
  readSync(fd, buffer, 0, length, size - length);
  closeSync(fd);
  return buffer.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called for every line that the command prints, on either stream. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a command to its end and gives its standard output.
 * @throws when it exits with another status than 0, with the last lines of what it printed.
 */
export async function runCommand(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => collect(output, chunk, options.onLine));
  child.stderr.on('data', (chunk: Buffer) => collect(errors, chunk, options.onLine));
  child.stdin.on('error', () => undefined); // The command may end without reading its input.
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return Buffer.concat(output).toString('utf8');
  const said = Buffer.concat([...output, ...errors])
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(-15)
    .join('\n');
  throw new Error(
    `${[command, ...args].join(' ').slice(0, 200)} ended with ${code ?? 'a signal or its time limit'}\n${said}`,
  );
}

function collect(into: Buffer[], chunk: Buffer, onLine: ((line: string) => void) | undefined): void {
  into.push(chunk);
  if (onLine) for (const line of chunk.toString('utf8').split('\n')) if (line.trim()) onLine(line);
}
