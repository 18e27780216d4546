/** Reads operations. */
import type { OperationRecord } from '../../core/operation.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { LastPauses } from '../../core/recorded-job.ts';
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

/** Of these there may be many, and they stop nothing. */
const withoutPause: readonly OperationKind[] = ['savepoint', 'dispose'];

/** How long no job ran during the newest operation of each kind that has succeeded with a pause, however long ago. */
export async function lastPauses(postgres: Postgres, uid: string): Promise<LastPauses> {
  const { rows } = await postgres.query<{ kind: OperationKind; pauseMs: number }>(
    `select distinct on (kind) kind, (record->>'pauseMs')::double precision as "pauseMs" from operations
     where uid = $1 and state = 'succeeded' and kind <> all($2) and record->>'pauseMs' is not null
     order by kind, number desc`,
    [uid, withoutPause],
  );
  return new Map(rows.map(({ kind, pauseMs }) => [kind, pauseMs]));
}
