/** Reads what is left of jobs that were removed: their own workflows, which knew them, have ended. */
import type { JobView } from '../../core/job.ts';
import type { RemovedJob } from '../../core/removed-job.ts';
import type { CompletedSavepoint } from '../../core/savepoint.ts';
import { isCompleted, type SavepointRecord } from '../../core/savepoint.ts';
import { byAge } from '../../core/savepoint-numbers.ts';
import { completed } from '../../core/spec/completed.ts';
import type { Postgres } from './connect.ts';

export interface RemovedRef {
  readonly tenant: string;
  readonly name: string;
  readonly uid: string;
}

/** The job with the highest numbers that it has used; undefined where no removed job is recorded so. */
export async function findRemovedJob(
  postgres: Postgres,
  { tenant, name, uid }: RemovedRef,
): Promise<RemovedJob | undefined> {
  const { rows } = await postgres.query<{ view: JobView; seq: string; operation: number; generation: number }>(
    `select view, seq,
            (select coalesce(max(number), 0) from operations where uid = $3) as operation,
            (select coalesce(max((record->>'generation')::integer), 0) from operations where uid = $3) as generation
     from jobs
     where tenant = $1 and name = $2 and uid = $3 and phase = 'REMOVED'`,
    [tenant, name, uid],
  );
  const [row] = rows;
  if (!row) return undefined;
  const job = { ...row.view, spec: completed(row.view.spec) };
  return { job, jobSeq: Number(row.seq), lastOperation: row.operation, lastGeneration: row.generation };
}

/** All savepoints of a job whose files are there, the oldest first: also those that the job itself had forgotten. */
export async function completedSavepoints(postgres: Postgres, uid: string): Promise<CompletedSavepoint[]> {
  const { rows } = await postgres.query<{ record: SavepointRecord }>(
    `select record from savepoints where uid = $1 and state = 'completed'`,
    [uid],
  );
  return rows
    .map(({ record }) => record)
    .filter(isCompleted)
    .toSorted(byAge);
}
