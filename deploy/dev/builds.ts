/** Tells builds of Drey's own processes apart: a digest of the sources that a process is made of. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot } from './paths.ts';

/** The folders whose files each process is made of. */
const sources = {
  api: ['api', 'clients', 'core', 'workflows'],
  worker: ['workers', 'workflows', 'activities', 'clients', 'core'],
  agent: ['agent', 'activities', 'clients', 'core'],
} as const;

export type DreyProcess = keyof typeof sources;

/** 10 hex digits that change with the process's sources and with the installed packages. */
export function buildOf(name: DreyProcess): string {
  const hash = createHash('sha256').update(readFileSync(join(repositoryRoot, 'package-lock.json')));
  for (const folder of sources[name])
    for (const file of filesOf(folder)) hash.update(relative(repositoryRoot, file)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 10);
}

function filesOf(folder: string): string[] {
  const root = join(repositoryRoot, folder);
  if (!existsSync(root)) return [];
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return files.map((each) => join(each.parentPath, each.name)).toSorted();
}
