/** A PostgreSQL for the whole of a test file, and a database of its own with these records for each of its tests. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import type { RecordRow } from '../../core/records.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

/** @param use takes the database of the test that comes next. */
export function withRecordsOnPostgres(rows: readonly RecordRow[], use: (postgres: Postgres) => void): void {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startTestPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const { postgres } = await server.database();
    await writeRecords(postgres, rows);
    use(postgres);
  });
}
