/**
 * Brings the schema up to date from the numbered files in `migrations/`. Our own instead of node-pg-migrate, which gives
 * up when another process holds its lock; here all processes of a roll-out start at once and each must come through.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { PostgresOptions } from './connect.ts';

/** Any number that no other program uses on this database: "drey" in ASCII. */
const lockId = 0x64726579;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly hash: string;
}

export interface MigrationResult {
  /** The schema's version before; 0 for an empty database. */
  readonly from: number;
  readonly to: number;
}

/** The schema is not one that this build may use. The message says what to do. */
export class SchemaMismatchError extends Error {
  override readonly name = 'SchemaMismatchError';
}

/**
 * Applies what is missing, in order, all in one transaction. Any number of processes may call it at once.
 * @throws SchemaMismatchError when the schema is newer than this build, or was made from other files.
 */
export async function migratePostgres(
  options: Pick<PostgresOptions, 'url' | 'connectTimeoutMs'>,
): Promise<MigrationResult> {
  const migrations = await readMigrations();
  // A connection of its own, without a statement timeout: another process's migration may take its time.
  const client = new Client({
    connectionString: options.url,
    application_name: 'drey-migrate',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000,
  });
  client.on('error', () => undefined); // Seen by the query that runs on it.
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [lockId]);
    const result = await applyMissing(client, migrations);
    await client.query('commit');
    return result;
  } finally {
    // Ends the transaction as well, if something threw.
    await client.end();
  }
}

/** The version that this build needs. */
export async function schemaVersion(): Promise<number> {
  return (await readMigrations()).at(-1)?.version ?? 0;
}

async function applyMissing(client: Client, migrations: readonly Migration[]): Promise<MigrationResult> {
  await client.query(
    `create table if not exists schema_migrations (
       version integer primary key, name text not null, hash text not null, applied_at timestamptz not null default now()
     )`,
  );
  const { rows: applied } = await client.query<{ version: number; name: string; hash: string }>(
    'select version, name, hash from schema_migrations order by version',
  );
  refuseUnknown(applied, migrations);
  for (const migration of migrations.slice(applied.length)) {
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (version, name, hash) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.hash,
    ]);
  }
  return { from: applied.length, to: migrations.length };
}

function refuseUnknown(
  applied: readonly { version: number; name: string; hash: string }[],
  migrations: readonly Migration[],
): void {
  if (applied.length > migrations.length) {
    throw new SchemaMismatchError(
      `The database has schema version ${applied.length}, and this build knows ${migrations.length}. ` +
        'Run a build of Drey at least as new as the one that migrated it, or restore a backup from before.',
    );
  }
  const changed = applied.find((row, index) => row.hash !== migrations[index]?.hash);
  if (changed) {
    throw new SchemaMismatchError(
      `Migration ${changed.name} was applied with other contents than this build has. ` +
        'A migration is never changed once released: run the build that applied it, or use another database.',
    );
  }
}

async function readMigrations(): Promise<readonly Migration[]> {
  const folder = fileURLToPath(new URL('./migrations/', import.meta.url));
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(name.slice(0, 4));
      if (version !== index + 1) throw new Error(`${name} breaks the numbering: ${index + 1} was expected`);
      const sql = await readFile(`${folder}${name}`, 'utf8');
      return { version, name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
