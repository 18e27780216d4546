/** Runs work in one transaction, on one connection. */
import type { PoolClient } from 'pg';
import type { Postgres } from './connect.ts';

/** Commits when `work` succeeds and rolls back when it throws. */
export async function inTransaction<T>(postgres: Postgres, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await postgres.connect();
  let broken: Error | undefined;
  // The pool listens only while it has the connection: one that breaks between two queries would end the process.
  const noteBroken = (error: Error) => (broken = error);
  client.on('error', noteBroken);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(noteBroken);
    throw error;
  } finally {
    client.off('error', noteBroken);
    // A connection that is broken, or could not roll back, is not given to anyone else.
    client.release(broken);
  }
}
