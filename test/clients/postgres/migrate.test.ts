/** The schema: made once however many processes start, never changed unseen, never used by an older build. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPostgres } from '../../../clients/postgres/connect.ts';
import { migratePostgres, SchemaMismatchError, schemaVersion } from '../../../clients/postgres/migrate.ts';
import { writeRecords } from '../../../clients/postgres/records.ts';
import { dumpSchema } from '../../support/dump-schema.ts';
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts';
import { jobView } from '../../support/records.ts';

const golden = new URL('../../golden/schema.sql', import.meta.url);
let server: TestPostgres;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

describe('migratePostgres', () => {
  test('gives the schema that is kept in test/golden/schema.sql', async () => {
    const { postgres } = await server.database();
    const schema = await dumpSchema(postgres);
    if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, schema);
    expect(schema).toBe(readFileSync(golden, 'utf8'));
  });

  test('lets 20 processes start at once: one migrates, the others wait and find it done', async () => {
    const url = await server.emptyDatabase();
    const results = await Promise.all(Array.from({ length: 20 }, () => migratePostgres({ url })));
    const version = await schemaVersion();
    expect(results.map((result) => result.from).toSorted((a, b) => a - b)).toEqual([0, ...Array(19).fill(version)]);
    expect(new Set(results.map((result) => result.to))).toEqual(new Set([version]));
  });

  test('leaves nothing half done when a migration fails', async () => {
    const url = await server.emptyDatabase();
    const postgres = connectPostgres({ url, applicationName: 'test' });
    try {
      await postgres.query('create table operations (in_the_way integer)');
      await expect(migratePostgres({ url })).rejects.toThrow('"operations" already exists');
      expect((await postgres.query(`select to_regclass('clusters') as found`)).rows).toEqual([{ found: null }]);
      await postgres.query('drop table operations');
      await expect(migratePostgres({ url })).resolves.toEqual({ from: 0, to: await schemaVersion() });
    } finally {
      await postgres.end();
    }
  });

  test('refuses a schema newer than it knows, and says what to do', async () => {
    const { url, postgres } = await server.database();
    await postgres.query(`insert into schema_migrations (version, name, hash) values (9999, '9999-later.sql', '')`);
    await expect(migratePostgres({ url })).rejects.toThrow(SchemaMismatchError);
    await expect(migratePostgres({ url })).rejects.toThrow(/Run a build of Drey at least as new/);
  });

  test('refuses a database whose migrations had other contents', async () => {
    const { url, postgres } = await server.database();
    await postgres.query(`update schema_migrations set hash = 'other' where version = 1`);
    await expect(migratePostgres({ url })).rejects.toThrow(/0001-access.sql was applied with other contents/);
  });
});

test('what was seen of jobs that are not there any more goes, and of all others it stays', async () => {
  const { postgres } = await server.database();
  for (const [uid, phase] of [
    ['runs', 'RUNNING'],
    ['failed', 'FAILED'],
    ['gone', 'REMOVED'],
  ] as const)
    await writeRecords(postgres, [{ kind: 'job', uid, seq: 1, job: jobView({ uid, name: uid, phase }) }]);
  const uids = ['failed', 'gone', 'never-recorded', 'runs'];
  await postgres.query(
    `insert into job_seen (uid, submission, attempt_ms, seq, seen) select uid, 1, 1, 1, '{}' from unnest($1::text[]) as uid`,
    [uids],
  );
  const migrations = new URL('../../../clients/postgres/migrations/', import.meta.url);
  await postgres.query(readFileSync(new URL('0012-seen-of-removed.sql', migrations), 'utf8'));
  const { rows } = await postgres.query<{ uid: string }>('select uid from job_seen order by uid');
  expect(rows.map(({ uid }) => uid)).toEqual(['failed', 'runs']);
});
