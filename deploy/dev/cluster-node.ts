/** The single-node Kubernetes on this machine, as one of the clusters that the stack can use. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressesOf, type NodeIdentity } from './kubernetes/layout.ts';
import { linkOwner } from './kubernetes/network.ts';
import { startNode, stopNode } from './kubernetes/node.ts';
import type { StackPaths } from './paths.ts';
import type { ReportLine } from './progress.ts';

const indexCount = 16;

/** Whether this machine can run the node. */
export function nodeIsPossible(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/**
 * Which node is this instance's; its index is chosen once, so that two clones do not use the same addresses. Those of tests
 * are taken from the upper end, so that they leave alone what a stack that is down will want again.
 */
export function nodeIdentity(paths: StackPaths): NodeIdentity {
  const stateDir = join(paths.stateDir, 'kubernetes');
  const clone = createHash('sha256').update(stateDir).digest('hex').slice(0, 4);
  return {
    instance: `${paths.instance}-${clone}`,
    index: chooseIndex(stateDir, paths.instance),
    stateDir,
    cacheDir: paths.cacheDir,
  };
}

export interface NodeClusterOptions {
  /** The data may be lost with the machine, and is emptied before the start: for tests. */
  readonly isThrowaway?: boolean;
}

/** Builds, starts or repairs the node. */
export async function ensureNodeCluster(paths: StackPaths, progress: ReportLine, options: NodeClusterOptions = {}) {
  if (options.isThrowaway) forgetTakenIndex(paths);
  const identity = nodeIdentity(paths);
  if (options.isThrowaway) await emptyNode(identity);
  const node = await startNode({ ...identity, unsafeNoFsync: options.isThrowaway === true, progress });
  return {
    kubeconfig: node.kubeconfigPath,
    reachesServices: true,
    description: `a single node on this machine (${node.nodeName}, ${node.apiServerUrl})`,
  };
}

/** Ends the node, if there ever was one here. */
export async function stopNodeCluster(paths: StackPaths, purge: boolean): Promise<void> {
  if (existsSync(join(paths.stateDir, 'kubernetes'))) await stopNode(nodeIdentity(paths), { purge });
}

/** Forgets all objects and volumes but keeps the images, whose import is what takes time. */
async function emptyNode(identity: NodeIdentity): Promise<void> {
  await stopNode(identity);
  for (const folder of ['etcd', 'kubelet', 'volumes'])
    rmSync(join(identity.stateDir, folder), { recursive: true, force: true });
}

/** Addresses are in certificates: what has no data to keep takes others when its own are in use. */
function forgetTakenIndex(paths: StackPaths): void {
  const { index, stateDir } = nodeIdentity(paths);
  const owner = linkOwner(addressesOf(index).hostInterface);
  if (owner === undefined || owner === stateDir) return;
  for (const name of ['index', 'pki', 'settings']) rmSync(join(stateDir, name), { recursive: true, force: true });
}

function chooseIndex(stateDir: string, instance: string): number {
  const file = join(stateDir, 'index');
  if (existsSync(file)) return Number(readFileSync(file, 'utf8'));
  const ascending = Array.from({ length: indexCount }, (_, index) => index);
  const indexes = instance === 'dev' ? ascending : ascending.toReversed();
  const free = indexes.find((index) => linkOwner(addressesOf(index).hostInterface) === undefined);
  if (free === undefined) throw new Error('sixteen nodes run on this machine already: end one with `npm run down`');
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(file, String(free));
  return free;
}
