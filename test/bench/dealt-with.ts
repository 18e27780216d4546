/**
 * When jobs of a fleet that failed were dealt with: when their workflows had done what the recovery table says. `never`: the job is FAILED,
 * and says why. `on-failure`: its recovery has begun; it cannot end well, for no node runs its pods.
 */
import type { Postgres } from '../../clients/postgres/connect.ts';
import { fleetTenant, type RecoveryPolicy } from './fleet-job.ts';

const sql: Readonly<Record<RecoveryPolicy, string>> = {
  never: `select (extract(epoch from updated_at) * 1000)::double precision as at_ms
          from jobs where tenant = $1 and phase = 'FAILED' and view->'failure' is not null`,
  'on-failure': `select (extract(epoch from min((record->>'startedAt')::timestamptz)) * 1000)::double precision as at_ms
          from operations join jobs using (uid)
          where tenant = $1 and kind = 'recover' and record->>'startedAt' is not null group by uid`,
};

/** @returns for each job that was, when, in milliseconds since 1970. */
export async function dealtWithAt(postgres: Postgres, policy: RecoveryPolicy): Promise<readonly number[]> {
  const { rows } = await postgres.query<{ at_ms: number }>(sql[policy], [fleetTenant]);
  return rows.map(({ at_ms: atMs }) => atMs);
}
