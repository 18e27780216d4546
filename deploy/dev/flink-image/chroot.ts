/** Runs commands in an unpacked root file system, close enough to a container to start Java and Flink in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runCommand } from '../process.ts';

/** Who a command runs as; images run as `flink`. */
export type RootUser = 'root' | 'flink';

export interface InRootOptions {
  readonly user?: RootUser;
  /** The whole environment of the command. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

const containerEnv = { PATH: '/opt/flink/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const ids: Readonly<Record<RootUser, string>> = { root: '0:0', flink: '9999:9999' };

// Mounts, the host name and processes are private to the command and vanish with it; the network is the machine's.
const enter = `hostname localhost
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
root=$1 ids=$2; shift 2
exec chroot --userspec="$ids" "$root" "$@"`;

function unshareArgs(root: string, command: readonly string[], user: RootUser): string[] {
  const namespaces = ['--mount', '--uts', '--pid', '--fork', '--kill-child'];
  return [...namespaces, 'sh', '-ec', enter, 'enter', root, ids[user], ...command];
}

/**
 * Runs a command to its end and gives its standard output.
 * @throws when it fails.
 */
export function runInRoot(root: string, command: readonly string[], options: InRootOptions = {}): Promise<string> {
  return runCommand('unshare', unshareArgs(root, command, options.user ?? 'flink'), {
    env: { ...containerEnv, ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
    timeoutMs: options.timeoutMs ?? 120_000,
  });
}

/** Starts a command and leaves it running; its output goes to the given file descriptor. */
export function startInRoot(
  root: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  output: number,
): ChildProcess {
  return spawn('unshare', unshareArgs(root, command, 'flink'), {
    env: { ...containerEnv, ...env },
    stdio: ['ignore', output, output],
  });
}

/** The process inside that `startInRoot` has started, or undefined when it is gone. */
export function innerPid(child: ChildProcess): number | undefined {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** A JVM that writes its class archive at its end needs seconds for it, and minutes on a busy machine. */
const endMs = 600_000;

/** Asks the process inside to end, as Kubernetes does, and waits until it has; after ten minutes it is killed. */
export async function stopInRoot(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const inner = innerPid(child);
  if (inner === undefined) child.kill('SIGKILL');
  else process.kill(inner, 'SIGTERM');
  // Ending `unshare` ends all it has started, by --kill-child.
  const deadline = setTimeout(() => child.kill('SIGKILL'), endMs);
  await ended;
  clearTimeout(deadline);
}
