/** A real PostgreSQL for one test file, in a folder of its own under the temporary folder; each test may clone a migrated database. */
import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { migratePostgres } from '../../clients/postgres/migrate.ts';
import { startPostgres, stopPostgres } from '../../deploy/dev/postgres.ts';
import { makeOwnFolder } from '../../deploy/dev/test-folder.ts';

export interface TestPostgres {
  /** Makes an empty database and gives its URL. */
  emptyDatabase(): Promise<string>;
  /** Clones the migrated template and gives a pool on it, which `stop` ends. */
  database(): Promise<{ readonly url: string; readonly postgres: Postgres }>;
  /** Ends all clients and the server, and removes its data. */
  stop(): Promise<void>;
  /** Ends the server and starts it again on the same port with the same data. */
  halt(): Promise<void>;
  resume(): Promise<void>;
}

/** Starts the server; the caller stops it in `afterAll`. */
export async function startTestPostgres(): Promise<TestPostgres> {
  delete process.env['DATABASE_URL']; // Never a reader's own server.
  const stateDir = makeOwnFolder('postgres');
  const options = { stateDir, runDir: stateDir, logDir: stateDir, port: 0, settings: ['fsync=off'] };
  const remove = async () => {
    await stopPostgres(options);
    rmSync(stateDir, { recursive: true, force: true });
  };
  const { url } = await startPostgres(options).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const pools: Postgres[] = [];
  let count = 0;
  const create = async (template: string) => {
    const name = `test_${(count += 1)}`;
    await runSql(url, `create database ${name} template ${template}`);
    return withDatabase(url, name);
  };
  await migratePostgres({ url: withDatabase(url, 'drey') });
  return {
    emptyDatabase: () => create('template0'),
    database: async () => {
      const cloned = await create('drey');
      const postgres = connectPostgres({ url: cloned, applicationName: 'test' });
      pools.push(postgres);
      return { url: cloned, postgres };
    },
    halt: () => stopPostgres(options),
    resume: async () => void (await startPostgres(options)),
    stop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await remove();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

/** Runs one statement on the server's own database, not on the one that is cloned. */
async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
