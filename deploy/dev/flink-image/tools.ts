/** What the stages of the build share: commands of the system, digests, and results that appear whole or not at all. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { takeLock } from '../lock.ts';
import { runCommand, startTicksOf, waitUntil } from '../process.ts';
import { findOnPath } from '../temporal-binary.ts';

/** Told one line per step. */
export type Progress = (line: string) => void;

/**
 * Makes sure that a command exists, by installing the Debian package that has it.
 * @throws when it is missing and cannot be installed here.
 */
export async function ensureCommand(command: string, debianPackage: string, progress: Progress): Promise<void> {
  if (findOnPath(command)) return;
  if (process.getuid?.() !== 0 || !findOnPath('apt-get'))
    throw new Error(`${command} is missing: install ${debianPackage}`);
  progress(`installing ${debianPackage}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update', '-qq'], { env });
  await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], { env });
}

/** SHA-256 of a file, in hexadecimal. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** A short key of what decides a result: texts, and the content of files. */
export function keyOf(texts: readonly string[], files: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  for (const file of files) hash.update(`${basename(file)}:`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Gives `target`, made by `make` in a folder beside it and renamed when complete, so that an interrupted build leaves
 * nothing that looks finished. Of several processes that want it one makes it and the others wait: its content may
 * differ from run to run, and what one of them has been told must stay true.
 */
export async function madeOnce(target: string, make: (work: string) => Promise<string>): Promise<string> {
  if (existsSync(target)) return target;
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const release = await lockFor(target);
  const work = join(folder, `.work-${process.pid}-${startTicksOf(process.pid)}-${basename(target)}`);
  try {
    if (existsSync(target)) return target;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    renameSync(await make(work), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
    release();
  }
}

async function lockFor(target: string): Promise<() => void> {
  const lock = join(dirname(target), `.lock-${basename(target)}`);
  const what = `another run that is making ${target}`;
  const release = await waitUntil(async () => takeLock(lock, 'build'), { what, timeoutMs: 1_800_000, stepMs: 250 });
  return () => {
    release();
    rmSync(lock, { recursive: true, force: true });
  };
}

/** Removes what builds that were killed have left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, ticks] = /^\.work-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && startTicksOf(Number(pid)) !== ticks)
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}
