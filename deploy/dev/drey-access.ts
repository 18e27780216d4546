/** What lets the reader and the agent in: the database's tables, a token for each, and the CLI's file that says where both are. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { migratePostgres } from '../../clients/postgres/migrate.ts';
import { addGrants } from '../../clients/postgres/tenants.ts';
import { agentToken, saveToken, tokenHash, type TokenRecord } from '../../clients/postgres/tokens.ts';
import type { StackPaths } from './paths.ts';

/** Where the CLI finds a stack: for the reader's own one folder higher, which is where it looks by itself. */
export interface AccessFiles {
  readonly cliConfig: string;
  readonly token: string;
  /** Of the cluster's agent. */
  readonly agentToken: string;
}

export function accessFiles(paths: StackPaths): AccessFiles {
  const folder = paths.instance === 'dev' ? dirname(paths.stateDir) : paths.stateDir;
  return {
    cliConfig: join(folder, 'cli.json'),
    token: join(folder, 'token'),
    agentToken: join(paths.stateDir, 'agent-token'),
  };
}

export interface Access {
  readonly databaseUrl: string;
  readonly tenant: string;
  /** Whose agent gets a token. */
  readonly cluster: string;
  readonly grants: readonly { readonly cluster: string; readonly namespace: string }[];
}

/** Migrates the database, and makes the tokens and the reader's tenant known in it. Safe to repeat. */
export async function grantAccess(paths: StackPaths, access: Access): Promise<void> {
  await migratePostgres({ url: access.databaseUrl });
  const postgres = connectPostgres({ url: access.databaseUrl, applicationName: 'drey-dev' });
  try {
    const files = accessFiles(paths);
    await keepToken(postgres, files.token, { name: 'dev', tenant: '*', role: 'admin' });
    await keepToken(postgres, files.agentToken, agentToken(access.cluster));
    await addGrants(postgres, access.tenant, access.grants);
  } finally {
    await postgres.end();
  }
}

async function keepToken(postgres: Postgres, file: string, record: TokenRecord): Promise<void> {
  if (await saveToken(postgres, tokenHash(ensureToken(file)), record)) return;
  throw new Error(`the token in ${file} was revoked: remove the file, and run this again for a new one`);
}

/** The reader's token. @throws before `grantAccess` has made it. */
export function readToken(paths: StackPaths): string {
  return readFileSync(accessFiles(paths).token, 'utf8').trim();
}

/** Tells the CLI where the API is. */
export function writeCliConfig(paths: StackPaths, server: string, tenant: string): void {
  const { cliConfig, token } = accessFiles(paths);
  writePrivate(cliConfig, JSON.stringify({ server, tokenFile: token, tenant }, null, 2));
}

/** Forgets tokens and file. */
export function removeAccess(paths: StackPaths): void {
  for (const file of Object.values(accessFiles(paths))) rmSync(file, { force: true });
}

function ensureToken(file: string): string {
  if (!existsSync(file)) writePrivate(file, `drey_${randomBytes(24).toString('base64url')}\n`);
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** Written whole or not at all, and never readable by others, not even for a moment. */
function writePrivate(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(`${file}.draft`, { force: true });
  writeFileSync(`${file}.draft`, content, { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}
