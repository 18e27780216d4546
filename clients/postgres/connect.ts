/** The connection pool to PostgreSQL. Nothing here waits long: whoever asks decides what to do while PostgreSQL is away. */
import { Pool } from 'pg';

export interface PostgresOptions {
  /** As in `DATABASE_URL`: `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Connections at most; 10 serve a process well, for a query takes about a millisecond. */
  readonly connectionsMax?: number;
  /** How long a caller waits for a connection; 2 s. */
  readonly connectTimeoutMs?: number;
  /** How long a statement may run; 10 s. */
  readonly statementTimeoutMs?: number;
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  readonly onError?: (error: Error) => void;
}

export type Postgres = Pool;

/** Makes the pool; connects when first used, and again by itself after PostgreSQL was away. End it with `.end()`. */
export function connectPostgres(options: PostgresOptions): Postgres {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000,
    statement_timeout: statementTimeoutMs,
    // The server may be gone without a word: the client gives up by itself shortly after the server should have.
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', options.onError ?? (() => undefined));
  // So would one that breaks in the moment in which it is handed out: the pool listens no more, and who gets it does not yet.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
