/** What a node leaves outside its namespaces when it is killed: its cgroups, and mounts if something copied them. */
import { existsSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, waitUntil } from '../process.ts';
import { layoutOf, type NodeIdentity } from './layout.ts';

const cgroupRoot = '/sys/fs/cgroup';

/** Removes cgroups and mounts of a node whose init has ended. */
export async function removeLeftovers(identity: NodeIdentity): Promise<void> {
  await removeMounts(identity.stateDir);
  const { cgroup } = layoutOf(identity);
  await waitUntil(async () => cgroupFolders(cgroup).map(removeCgroup).every(Boolean), {
    what: `the cgroups ${cgroup} to be empty, so that they can be removed`,
    timeoutMs: 120_000,
    stepMs: 20,
  });
}

/** The node's cgroup in each hierarchy (v1), or in the only one (v2). */
function cgroupFolders(cgroup: string): string[] {
  const hierarchies = readdirSync(cgroupRoot, { withFileTypes: true }).filter((each) => each.isDirectory());
  const parents = [cgroupRoot, ...hierarchies.map((each) => join(cgroupRoot, each.name))];
  return [...new Set(parents.map((parent) => join(parent, cgroup)))].filter((folder) => existsSync(folder));
}

/** @returns whether it is gone: a cgroup stays as long as a process in it is still ending. */
function removeCgroup(folder: string): boolean {
  try {
    for (const each of readdirSync(folder, { withFileTypes: true }))
      if (each.isDirectory()) removeCgroup(join(folder, each.name));
    rmdirSync(folder);
  } catch {
    return !existsSync(folder);
  }
  return true;
}

/** Mounts end with their namespace; these are for one that somebody made shared. The deepest go first. */
async function removeMounts(stateDir: string): Promise<void> {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${stateDir}/`));
  for (const point of points.toReversed()) await runCommand('umount', ['--lazy', point]);
}
