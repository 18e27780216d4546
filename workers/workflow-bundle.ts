/**
 * The bundle of all workflows, and the build id that pins operations to it. Building takes seconds, so it is kept under
 * the hash of what it is made of; that hash is the build id, the same wherever the same sources are built.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export interface WorkflowBundle {
  readonly code: string;
  /** The first 16 hex digits of the hash of the sources and of the dependencies' lock file. */
  readonly buildId: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a workflow may import: a change in these folders makes another build. */
const folders = ['core', 'workflows'];

/** Builds the bundle, or takes it from `cacheDir`. @throws when a workflow imports what it may not. */
export async function workflowBundle(cacheDir: string): Promise<WorkflowBundle> {
  const buildId = buildIdOf();
  const file = join(cacheDir, `workflows-${buildId}.js`);
  if (existsSync(file)) return { code: readFileSync(file, 'utf8'), buildId };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, 'workflows/all.ts') });
  mkdirSync(cacheDir, { recursive: true });
  // Written whole or not at all: several processes may build at once.
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file);
  removeOutdated(cacheDir);
  return { code, buildId };
}

/** Bundles are 2 MB, and one is made for every change. One that is wanted again is built again. */
function removeOutdated(cacheDir: string): void {
  const lastWeek = Date.now() - 7 * 86_400_000;
  const bundles = readdirSync(cacheDir).filter((name) => /^workflows-[0-9a-f]+\.js$/.test(name));
  for (const file of bundles.map((name) => join(cacheDir, name)))
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < lastWeek) rmSync(file, { force: true });
}

/** The build id of the sources as they are. */
export function buildIdOf(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of folders.flatMap((folder) => sourcesIn(join(root, folder)))) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function sourcesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const sources = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return sources.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}
