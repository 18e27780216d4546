/** Finds where the API is and who asks: flags, then the environment, then one configuration file. */
import { dirname, resolve } from 'node:path';
import { findConfigFile, readText, type ConfigFile } from './config-file.ts';
import { usageError } from './errors.ts';
import type { World } from './world.ts';

/** What the global flags say. */
export interface GlobalFlags {
  readonly server?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly tenant?: string;
  readonly requestTimeout?: string;
}

export interface Config {
  readonly server: string;
  readonly token: string | undefined;
  readonly tenant: string;
  /** Whether the caller named the tenant with a flag: then a file may not say another one. */
  readonly tenantIsExplicit: boolean;
}

const noServerCure =
  'Start the development stack (npm run up), or name a server: --server, DREY_SERVER, or {"server", "tokenFile", "tenant"} in ~/.config/drey/config.json.';

/** The connection for this call, or an error that says how to give one. */
export function findConfig(world: World, flags: GlobalFlags): Config {
  const file = findConfigFile(world);
  const server = flags.server ?? nonEmpty(world.env['DREY_SERVER']) ?? file?.server;
  if (server === undefined) throw usageError('no Drey server is known', noServerCure);
  checkAddress(server);
  return {
    server,
    token: findToken(world, flags, file, server),
    tenant: flags.tenant ?? nonEmpty(world.env['DREY_TENANT']) ?? file?.tenant ?? 'default',
    tenantIsExplicit: flags.tenant !== undefined,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function checkAddress(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(`"${server}" is not an address`, 'Write it as http://HOST:PORT or https://HOST.');
  }
}

function findToken(world: World, flags: GlobalFlags, file: ConfigFile | undefined, server: string): string | undefined {
  if (flags.token !== undefined) return flags.token;
  if (flags.tokenFile !== undefined) return readToken(resolve(world.cwd, flags.tokenFile));
  const fromEnvironment = nonEmpty(world.env['DREY_TOKEN']);
  if (fromEnvironment !== undefined) return fromEnvironment;
  // A token is for the server that stands beside it: another server must not be shown it.
  if (file?.tokenFile === undefined || file.server !== server) return undefined;
  return readToken(resolve(dirname(file.path), file.tokenFile));
}

function readToken(path: string): string {
  const token = readText(path)?.trim();
  if (token === undefined) throw usageError(`cannot read the token file ${path}`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw usageError(`the token file ${path} does not hold one token`);
  return token;
}
