/** The API on a PostgreSQL of its own for one test file, with a caller who is a person and the token of an agent. */
import { afterAll, beforeAll } from '@jest/globals';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { agentToken, type TokenRecord } from '../../clients/postgres/tokens.ts';
import { createCaller, type Caller } from './api-caller.ts';
import { startApiOnPostgres, type ApiOnPostgres } from './api-on-postgres.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { newToken } from './tokens.ts';

export let server: TestPostgres;
/** Its migrated database. */
export let database: { readonly url: string; readonly postgres: Postgres };
export let api: ApiOnPostgres;
/** Calls with the token of who was named, unless told otherwise. */
export let call: Caller;
/** The token of the agent of cluster `local`. */
export let agent: string;

/** Starts it before the file's tests and its own `beforeAll`, and stops it after the last. @param who calls */
export function apiSuite(who: TokenRecord): void {
  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    api = await startApiOnPostgres(database.postgres);
    call = createCaller(api.url, await newToken(database.postgres, who));
    agent = await newToken(database.postgres, agentToken('local'));
  });
  afterAll(async () => {
    await api?.stop();
    await server?.stop();
  });
}

/** Who may read, and nothing more. */
export const viewer: TokenRecord = { name: 'ada', tenant: 'default', role: 'viewer' };
/** Who may do everything. */
export const root: TokenRecord = { name: 'root', tenant: '*', role: 'admin' };
