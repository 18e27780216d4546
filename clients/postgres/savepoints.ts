/** Reads savepoints. */
import type { SavepointRecord, SavepointState } from '../../core/savepoint.ts';
import type { Postgres } from './connect.ts';

export interface SavepointFilter {
  readonly uid: string;
  readonly state?: SavepointState;
}

/** A job's savepoints, newest first; `before` is the number that the page before ended with. */
export async function listSavepoints(
  postgres: Postgres,
  { uid, state }: SavepointFilter,
  limit: number,
  before?: number,
): Promise<SavepointRecord[]> {
  const { rows } = await postgres.query<{ record: SavepointRecord }>(
    `select record from savepoints
     where uid = $1 and ($2::text is null or state = $2) and ($3::integer is null or number < $3)
     order by number desc
     limit $4`,
    [uid, state ?? null, before ?? null, limit],
  );
  return rows.map((row) => row.record);
}

/** One savepoint of a job. */
export async function findSavepoint(
  postgres: Postgres,
  uid: string,
  number: number,
): Promise<SavepointRecord | undefined> {
  const { rows } = await postgres.query<{ record: SavepointRecord }>(
    'select record from savepoints where uid = $1 and number = $2',
    [uid, number],
  );
  return rows[0]?.record;
}
