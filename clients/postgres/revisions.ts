/** Reads the specs that a job has had. */
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import type { GivenParallelism } from '../../core/scaling/given-parallelism.ts';
import { completed } from '../../core/spec/completed.ts';
import type { Postgres } from './connect.ts';

export interface StoredRevision {
  readonly revision: number;
  readonly spec: FlinkJob;
  readonly specHash: string;
  readonly acceptedBy: string;
  readonly acceptedAt: string;
  /** What of its parallelism was given beside the applied spec. */
  readonly given?: GivenParallelism;
}

/** A job's revisions, newest first; `before` is the number that the page before ended with. */
export async function listRevisions(
  postgres: Postgres,
  uid: string,
  limit: number,
  before?: number,
): Promise<StoredRevision[]> {
  const { rows } = await postgres.query<StoredRow>(
    `select revision, spec, spec_hash as "specHash", accepted_by as "acceptedBy", accepted_at as "acceptedAt", given
     from revisions
     where uid = $1 and ($2::integer is null or revision < $2)
     order by revision desc
     limit $3`,
    [uid, before ?? null, limit],
  );
  return rows.map(({ given, ...row }) => ({
    ...row,
    spec: completed(row.spec),
    acceptedAt: row.acceptedAt.toISOString(),
    ...(given && { given }),
  }));
}

type StoredRow = Omit<StoredRevision, 'acceptedAt' | 'given'> & {
  readonly acceptedAt: Date;
  readonly given: GivenParallelism | null;
};

/** One of a job's revisions; undefined where it was not recorded (yet). */
export async function findRevision(
  postgres: Postgres,
  uid: string,
  number: number,
): Promise<StoredRevision | undefined> {
  const [stored] = await listRevisions(postgres, uid, 1, number + 1);
  return stored?.revision === number ? stored : undefined;
}
