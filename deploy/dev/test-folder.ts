/**
 * The folder of one run of tests. What its tests start for themselves has its pid record in there, so that the run ends it where
 * they could not: they were interrupted, or their process died.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livingProcess, stopRecorded } from './process.ts';

/** Names that folder to the tests. */
export const testFolderVariable = 'DREY_TEST_FOLDER';

/** The folder of the run that this process belongs to; undefined where a test is run by itself. */
export function runFolder(): string | undefined {
  return process.env[testFolderVariable];
}

/** Makes a folder for what is started, below the run's, and else below the temporary folder. */
export function makeOwnFolder(name: string): string {
  return mkdtempSync(join(runFolder() ?? tmpdir(), `drey-${name}-`));
}

/** Ends what lives of it, each by its record, and removes the folder. @returns the names of what lived. */
export async function endTestFolder(folder: string): Promise<readonly string[]> {
  const living = [folder, ...foldersIn(folder)].flatMap(livingIn);
  // PostgreSQL would wait for its clients with any other signal.
  await Promise.all(living.map(({ dir, name }) => stopRecorded(dir, name, 10_000, 'SIGINT')));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return living.map(({ name }) => name);
}

/** Some keep their records in a folder `run` of their own. */
function foldersIn(folder: string): string[] {
  const own = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  const folders = own.map(({ name }) => join(folder, name));
  return [...folders, ...folders.map((one) => join(one, 'run')).filter(existsSync)];
}

function livingIn(dir: string): { readonly dir: string; readonly name: string }[] {
  const names = readdirSync(dir).filter((file) => file.endsWith('.json'));
  return names
    .map((file) => ({ dir, name: file.slice(0, -'.json'.length) }))
    .filter(({ name }) => livingProcess(dir, name) !== undefined);
}
