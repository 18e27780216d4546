/** The node's namespaces: found, entered and left by the one process that holds them, which is pid 1 in them. */
import { readFileSync, readdirSync } from 'node:fs';
import { z } from 'zod';
import { runCommand, startDetached, startTicksOf, waitUntil, type RunOptions } from '../process.ts';
import { layoutOf, type NodeIdentity } from './layout.ts';

/** A process of the node, by its id on the host. */
export interface NodeProcess {
  readonly name: string;
  readonly pid: number;
}

/** The id of the node's init on the host, or undefined when the node does not run. */
export function initPid(identity: NodeIdentity): number | undefined {
  const { config } = layoutOf(identity);
  return allPids().find((pid) => {
    const [, command, path] = argumentsOf(pid);
    return command === 'init' && path === config && startTicksOf(pid) !== undefined;
  });
}

/** Init and its components that live now. Containers are not among them. */
export function nodeProcesses(identity: NodeIdentity): NodeProcess[] {
  const init = initPid(identity);
  if (init === undefined) return [];
  const names = new Set(componentNamesOf(identity));
  const children = allPids()
    .filter((pid) => parentOf(pid) === init && startTicksOf(pid) !== undefined)
    .map((pid) => ({ name: argumentsOf(pid)[0] ?? '', pid }));
  return [{ name: 'init', pid: init }, ...children.filter((each) => names.has(each.name))];
}

/** The components that should live and do not. */
export function missingComponents(identity: NodeIdentity): string[] {
  const alive = new Set(nodeProcesses(identity).map((each) => each.name));
  return componentNamesOf(identity).filter((name) => !alive.has(name));
}

/** Starts init in namespaces of its own; it then waits for its network interface. */
export async function startInit(identity: NodeIdentity, binary: string): Promise<number> {
  const layout = layoutOf(identity);
  const unshare = 'unshare --pid --mount --net --uts --ipc --fork --kill-child';
  await startDetached({
    name: 'init',
    command: 'sh',
    // File 3 is the host's network, which the forwarder dials in.
    args: ['-c', `exec 3</proc/self/ns/net; exec ${unshare} "$0" init "$1"`, binary, layout.config],
    dir: layout.records,
    logFile: `${layout.logs}/init.log`,
    cwd: '/',
  });
  return waitUntil(async () => initPid(identity), {
    what: "the node's init to start",
    timeoutMs: 60_000,
    stepMs: 10,
    logFile: `${layout.logs}/init.log`,
  });
}

/** Runs a command in some of the node's namespaces: `-n` network, `-m` mounts, `-p` processes, `-a` all. */
export function runInNode(
  identity: NodeIdentity,
  namespaces: string,
  command: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const pid = initPid(identity);
  if (pid === undefined) throw new Error(`node ${identity.instance} does not run; start it first`);
  return runCommand('nsenter', ['-t', String(pid), namespaces, '--', ...command], options);
}

/** The time at which a process started, in milliseconds since the epoch; undefined when there is none. */
export function startTimeOf(pid: number): number | undefined {
  const ticks = startTicksOf(pid);
  // Counted back from now: the recorded boot time is wrong where the clock was set since.
  const sinceBoot = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return ticks === undefined ? undefined : Date.now() - (sinceBoot - Number(ticks) / 100) * 1000;
}

const nodeConfig = z.object({ components: z.array(z.object({ name: z.string() })) });

/** What init is told to keep running. @throws while the node has never been configured. */
export function componentNamesOf(identity: NodeIdentity): string[] {
  const { components } = nodeConfig.parse(JSON.parse(readFileSync(layoutOf(identity).config, 'utf8')));
  return components.map(({ name }) => name);
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function argumentsOf(pid: number): string[] {
  return readProcess(pid, 'cmdline').split('\0');
}

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readProcess(pid, 'status'))?.[1] ?? 0);
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It ended while we looked.
  }
}
