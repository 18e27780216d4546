/** A cluster that kind makes in Docker, as one of the clusters that the stack can use. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackPaths } from './paths.ts';
import { runCommand } from './process.ts';
import type { ReportLine } from './progress.ts';
import { findOnPath } from './temporal-binary.ts';

/** Whether Docker answers and kind is installed. */
export async function kindIsUsable(): Promise<boolean> {
  if (!findOnPath('kind') || !findOnPath('docker')) return false;
  return runCommand('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** The one machine of this instance's kind cluster, as Docker names it. */
export function kindNodeName(paths: StackPaths): string {
  return `${clusterName(paths)}-control-plane`;
}

/** Makes the cluster, or starts its container again. */
export async function ensureKindCluster(paths: StackPaths, progress: ReportLine) {
  const kubeconfig = join(paths.stateDir, 'kind-kubeconfig');
  const name = clusterName(paths);
  if (!(await clusterExists(name))) {
    progress('kind creates the cluster');
    const wait = ['--wait', '5m', '--kubeconfig', kubeconfig];
    await runCommand('kind', ['create', 'cluster', '--name', name, ...wait], { onLine: progress, timeoutMs: 900_000 });
  }
  await runCommand('docker', ['start', kindNodeName(paths)]);
  if (!existsSync(kubeconfig))
    await runCommand('kind', ['export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfig]);
  return { kubeconfig, reachesServices: false, description: `a kind cluster (${name})` };
}

/** Stops the container; with `purge` the cluster is deleted. Only the cluster of this clone is touched. */
export async function stopKindCluster(paths: StackPaths, purge: boolean): Promise<void> {
  const name = clusterName(paths);
  if (!(await kindIsUsable()) || !(await clusterExists(name))) return;
  if (purge) await runCommand('kind', ['delete', 'cluster', '--name', name]);
  else await runCommand('docker', ['stop', kindNodeName(paths)]);
}

/** Named after the clone's folder too, so that a cluster of somebody else is never taken for ours. */
function clusterName(paths: StackPaths): string {
  return `drey-${paths.instance}-${createHash('sha256').update(paths.stateDir).digest('hex').slice(0, 4)}`;
}

async function clusterExists(name: string): Promise<boolean> {
  return (await runCommand('kind', ['get', 'clusters'])).split('\n').includes(name);
}
