/** A migrated database for one test file, on a server of its own, in which each test begins with empty tables. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

let server: TestPostgres;
/** On that database, once it is there. */
export let postgres: Postgres;

/** Starts it before the file's tests, empties these tables before each, and stops it after the last. */
export function emptiedDatabase(...tables: readonly string[]): void {
  beforeAll(async () => {
    server = await startTestPostgres();
    ({ postgres } = await server.database());
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await postgres.query(`truncate ${tables.join(', ')}`)));
}

/** @returns a pool on another database of the same server, with nothing in it. */
export async function otherDatabase(): Promise<Postgres> {
  return (await server.database()).postgres;
}
