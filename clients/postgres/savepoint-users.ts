/** Reads which jobs start from a savepoint. */
import type { SavepointUser } from '../../core/savepoint-users.ts';
import { isSamePlace } from '../../core/storage-uri.ts';
import type { Postgres } from './connect.ts';

/** Jobs of any tenant that may start from what lies at `path`, but for the one with the uid `exceptUid`. */
export async function findSavepointUsers(
  postgres: Postgres,
  path: string,
  exceptUid: string,
): Promise<SavepointUser[]> {
  // As in the list of jobs: one whose entity was lost has its say only until a job was made under its name.
  const { rows } = await postgres.query<SavepointUser & { points: string[] }>(
    `select tenant, name, points
     from (
       select jobs.*, array_remove(
         array[view->>'restorePoint', view->>'startedFrom', view->'candidate'->>'startedFrom', view->>'restoring']
           || array(select json_array_elements_text(view->'restoringNext')),
         null
       ) as points
       from jobs
       where phase <> 'REMOVED' and uid <> $1
     ) living
     where cardinality(points) > 0 and not exists (
       select 1 from jobs newer
       where newer.tenant = living.tenant and newer.name = living.name and newer.created_at > living.created_at
     )
     order by tenant, name`,
    [exceptUid],
  );
  return rows
    .filter(({ points }) => points.some((point) => isSamePlace(point, path)))
    .map(({ tenant, name }) => ({ tenant, name }));
}
