/** A real Kubernetes on one node, in namespaces of its own on this machine. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand, startTicksOf, waitUntil } from '../process.ts';
import { removeLeftovers } from './cleanup.ts';
import { componentsOf, type Forward } from './components.ts';
import { awaitClusterReady, awaitContainerd } from './health.ts';
import { importImage } from './images.ts';
import { addressesOf, layoutOf, pauseImage, type NodeIdentity } from './layout.ts';
import { componentNamesOf, initPid, startInit } from './namespace.ts';
import { awaitedInterface, connectNode, disconnectNode } from './network.ts';
import { settingFiles } from './settings.ts';
import { ensureNodeTools, type NodeTools } from './tools.ts';

export interface NodeOptions extends NodeIdentity {
  /** etcd does not wait for the disk: faster, and data may be lost with the machine (not with a process). */
  readonly unsafeNoFsync?: boolean;
  /** Services on the host's loopback address that pods may reach. */
  readonly forwards?: readonly Forward[];
  /** Is told what is being done, a line at a time. */
  readonly progress?: (line: string) => void;
}

/** A node that runs: what is needed to use it. */
export interface RunningNode extends NodeIdentity {
  readonly nodeName: string;
  readonly kubeconfigPath: string;
  readonly apiServerUrl: string;
  /** Where pods reach the API server, DNS and forwarded ports. */
  readonly nodeAddress: string;
  /** This machine's own address as the node sees it. */
  readonly hostAddress: string;
  readonly logsDir: string;
}

/**
 * Starts what does not run and waits until the cluster is ready. Safe to call at any time: it changes nothing on a
 * healthy node, repairs one of which parts were killed, and finds the data of one that was stopped.
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const progress = options.progress ?? (() => undefined);
  const tools = await ensureNodeTools({ cacheDir: options.cacheDir, progress });
  const layout = layoutOf(options);
  for (const folder of [layout.settings, layout.logs, layout.etcd, layout.kubelet, layout.systemLogs, layout.volumes])
    mkdirSync(folder, { recursive: true, mode: folder === layout.etcd ? 0o700 : 0o755 });
  await ensureCertificates(options, tools);
  const changed = writeConfiguration(options, tools);
  const pid = await ensureInit(options, tools, changed);
  await connectNode(options, pid);
  progress(`node ${layout.name}: waiting for its components (logs in ${layout.logs})`);
  await Promise.all([awaitClusterReady(options), importPause(options, tools)]);
  return describeNode(options);
}

/** Ends everything of a node, from whatever state it is in. Its data stays unless `purge` is set. */
export async function stopNode(identity: NodeIdentity, options: { readonly purge?: boolean } = {}): Promise<void> {
  await endInit(identity);
  await disconnectNode(identity);
  await removeLeftovers(identity);
  if (options.purge) rmSync(identity.stateDir, { recursive: true, force: true });
}

/** How to use a node, whether it runs or not. */
function describeNode(identity: NodeIdentity): RunningNode {
  const { instance, index, stateDir, cacheDir } = identity;
  const layout = layoutOf(identity);
  const addresses = addressesOf(index);
  return {
    instance,
    index,
    stateDir,
    cacheDir,
    nodeName: layout.name,
    kubeconfigPath: join(layout.pki, 'admin.kubeconfig'),
    apiServerUrl: addresses.apiServerUrl,
    nodeAddress: addresses.node,
    hostAddress: addresses.host,
    logsDir: layout.logs,
  };
}

/** Certificates are made once, as a whole folder: a broken attempt leaves nothing behind. */
async function ensureCertificates(identity: NodeIdentity, tools: NodeTools): Promise<void> {
  const { pki, name } = layoutOf(identity);
  if (existsSync(pki)) return;
  const { node, firstService } = addressesOf(identity.index);
  const draft = `${pki}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const args = ['--folder', draft, '--address', node, '--service', firstService, '--node', name];
  await runCommand(tools.nodeBinary, ['certificates', ...args]);
  renameSync(draft, pki);
}

/** @returns whether anything differs from what was there. */
function writeConfiguration(options: NodeOptions, tools: NodeTools): boolean {
  const layout = layoutOf(options);
  const addresses = addressesOf(options.index);
  const components = componentsOf(layout, addresses, {
    binary: tools.nodeBinary,
    unsafeNoFsync: options.unsafeNoFsync ?? false,
    forwards: options.forwards ?? [],
  });
  const config = {
    hostname: layout.name,
    interface: awaitedInterface,
    cgroup: layout.cgroup,
    binds: [{ from: layout.systemLogs, to: '/var/log' }],
    authority: join(layout.pki, 'ca.crt'),
    components,
  };
  const files = Object.entries(settingFiles(layout, addresses)).map(
    ([name, text]) => [join(layout.settings, name), text] as const,
  );
  const all = [...files, [layout.config, JSON.stringify(config, null, 2)] as const];
  return all.map(([path, text]) => writeChanged(path, text)).some(Boolean);
}

function writeChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.draft`, text);
  renameSync(`${path}.draft`, path);
  return true;
}

/** A changed configuration means a new start: only init's children read it, and pods come back by themselves. */
async function ensureInit(options: NodeOptions, tools: NodeTools, changed: boolean): Promise<number> {
  const running = initPid(options);
  if (running !== undefined && !changed) return running;
  await stopNode(options);
  truncateLogs(options);
  return startInit(options, tools.nodeBinary);
}

/** Each start has logs of its own; the ones before it are kept once. */
function truncateLogs(identity: NodeIdentity): void {
  const { logs } = layoutOf(identity);
  const names = ['init', ...componentNamesOf(identity)];
  for (const file of names.map((name) => join(logs, `${name}.log`)).filter((path) => existsSync(path))) {
    copyFileSync(file, `${file}.before`);
    rmSync(file);
  }
}

async function endInit(identity: NodeIdentity): Promise<void> {
  const pid = initPid(identity);
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  await waitUntil(async () => startTicksOf(pid) === undefined, {
    what: `the node's init (pid ${pid}) and everything in it to end`,
    timeoutMs: 180_000,
    stepMs: 10,
  });
}

async function importPause(identity: NodeIdentity, tools: NodeTools): Promise<void> {
  await awaitContainerd(identity);
  await importImage(identity, tools.pauseArchive, pauseImage);
}
