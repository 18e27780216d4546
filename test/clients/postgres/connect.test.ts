/** The pool of connections while PostgreSQL goes away. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.stop());

test('a connection that breaks as it is handed out ends no process', async () => {
  const { postgres } = await server.database();
  const client = await postgres.connect();
  try {
    expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow();
  } finally {
    client.release(true);
  }
  expect((await postgres.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
