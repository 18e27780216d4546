/** Reads operations. */
import type { OperationRecord } from '../../core/operation.ts';
import type { Postgres } from './connect.ts';

/** A job's operations, newest first; `before` is the number that the page before ended with. */
export async function listOperations(
  postgres: Postgres,
  uid: string,
  limit: number,
  before?: number,
): Promise<OperationRecord[]> {
  const { rows } = await postgres.query<{ record: OperationRecord }>(
    `select record from operations
     where uid = $1 and ($2::integer is null or number < $2)
     order by number desc
     limit $3`,
    [uid, before ?? null, limit],
  );
  return rows.map((row) => row.record);
}

/** One operation of a job. */
export async function findOperation(
  postgres: Postgres,
  uid: string,
  number: number,
): Promise<OperationRecord | undefined> {
  const { rows } = await postgres.query<{ record: OperationRecord }>(
    'select record from operations where uid = $1 and number = $2',
    [uid, number],
  );
  return rows[0]?.record;
}
