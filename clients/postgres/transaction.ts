/** Runs work in one transaction, on one connection. */
import type { PoolClient } from 'pg';
import type { Postgres } from './connect.ts';

/** Commits when `work` succeeds and rolls back when it throws. */
export async function inTransaction<T>(postgres: Postgres, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await postgres.connect();
  let stuck: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (stuck = failure));
    throw error;
  } finally {
    // A connection that could not roll back is given to nobody else. One that has broken the pool does not keep anyway.
    client.release(stuck);
  }
}
