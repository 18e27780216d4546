/** The CLI's configuration file: where it may lie, what it holds, and when a file that was only found is trusted. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { usageError } from './errors.ts';
import type { World } from './world.ts';

/** What a configuration file says, and where it lies. */
export interface ConfigFile {
  readonly path: string;
  readonly server?: string;
  readonly tokenFile?: string;
  readonly tenant?: string;
}

const fields = ['server', 'tokenFile', 'tenant'];

/** The text of a file, or `undefined` where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** `$DREY_CONFIG`, else a development stack's file from here upward or beside this CLI, else the user's own. */
export function findConfigFile(world: World): ConfigFile | undefined {
  const named = world.env['DREY_CONFIG'];
  if (named !== undefined && named !== '') {
    const file = readConfigFile(resolve(world.cwd, named));
    if (file === undefined) throw usageError(`cannot read ${named}, which DREY_CONFIG names`);
    return file;
  }
  for (const folder of [...upwardFrom(world.cwd), world.root]) {
    const file = readConfigFile(join(folder, '.drey', 'cli.json'));
    if (file !== undefined) return trusted(file);
  }
  return readConfigFile(join(world.home, '.config', 'drey', 'config.json'));
}

function upwardFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwardFrom(parent)];
}

function readConfigFile(path: string): ConfigFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const values = parseObject(text);
  if (values === undefined)
    throw usageError(`${path} is not a JSON object`, `Write {"server", "tokenFile", "tenant"}.`);
  for (const [name, value] of Object.entries(values)) {
    if (!fields.includes(name))
      throw usageError(`${path}: unknown field "${name}"`, `It may hold ${fields.join(', ')}.`);
    if (typeof value !== 'string') throw usageError(`${path}: "${name}" is not a string`);
  }
  return { ...values, path };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A file that was found, not named, might come with somebody else's folder, and could send any file of ours as a token
 * to a server of theirs. So it must be ours alone, as the development stack writes it and as git never does, and its
 * token must lie beside it.
 */
function trusted(file: ConfigFile): ConfigFile {
  const { uid, mode } = statSync(file.path);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw usageError(
      `${file.path} is not used: others may read or write it, or own it`,
      `If you trust it: chmod 600 ${file.path}; or name it with DREY_CONFIG.`,
    );
  }
  if (file.tokenFile !== undefined && !liesBeside(file.path, file.tokenFile)) {
    throw usageError(
      `${file.path}: its tokenFile lies outside its folder`,
      'Name the file with DREY_CONFIG to use it.',
    );
  }
  return file;
}

function liesBeside(path: string, tokenFile: string): boolean {
  const folder = realpathSync(dirname(path));
  const token = resolve(folder, tokenFile);
  const place = relative(folder, readText(token) === undefined ? token : realpathSync(token));
  return !place.startsWith('..');
}
