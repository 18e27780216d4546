/** The quotas of tenants and clusters: what is taken of them, and room that is reserved for a job before it asks for it. */
import type { PoolClient } from 'pg';
import type { Reason } from '../../core/autoscaler/decision.ts';
import {
  largerRoom,
  roomlessPhases,
  roomOf,
  roomTogether,
  whyNoRoom,
  type Room,
  type SharedQuota,
} from '../../core/scaling/quota-room.ts';
import { quotaLimits, type QuotaWritten } from '../../core/schema/quota.ts';
import { isPostgresAway } from './away.ts';
import type { Postgres } from './connect.ts';
import { inTransaction } from './transaction.ts';

type Queryable = Pick<PoolClient, 'query'>;

interface QuotaRow {
  readonly of: SharedQuota['of'];
  readonly name: string;
  readonly quota: QuotaWritten;
}

/** What one job has, or has reserved. */
interface JobRoom {
  readonly uid: string;
  readonly tenant: string;
  readonly cluster: string;
  readonly room: Room;
}

/** The quotas of a cluster and of the tenants with jobs on it, with what is taken of them; undefined while PostgreSQL is away. */
export async function knownQuotas(postgres: Postgres, cluster: string): Promise<readonly SharedQuota[] | undefined> {
  try {
    return await quotasOf(postgres, cluster);
  } catch (error) {
    if (isPostgresAway(error)) return undefined;
    throw error;
  }
}

async function quotasOf(postgres: Postgres, cluster: string): Promise<readonly SharedQuota[]> {
  const { rows } = await postgres.query<QuotaRow>(
    `select 'cluster' as of, name, quota from clusters where name = $1 and quota is not null
     union all
     select 'tenant' as of, name, quota from tenants
     where quota is not null and name in (select tenant from jobs where cluster = $1 and phase <> all ($2))
     order by 1, 2`,
    [cluster, roomlessPhases],
  );
  if (rows.length === 0) return [];
  const jobs = await roomsTaken(postgres, rows);
  return rows.map((row) => sharedQuota(row, jobs));
}

/** A job that shall be larger. */
export interface RoomWish {
  readonly uid: string;
  readonly tenant: string;
  readonly cluster: string;
  /** The job's now. */
  readonly revision: number;
  readonly wanted: Room;
  readonly before: Room;
}

/**
 * Reserves what the job wants, unless a quota has no room for it: then the reason. Whoever asks at the same time about the same tenant or
 * cluster waits for the other's transaction, and so sees what that has reserved.
 */
export function reserveRoom(postgres: Postgres, wish: RoomWish): Promise<Reason | undefined> {
  const { uid, tenant, cluster, revision, wanted, before } = wish;
  return inTransaction(postgres, async (client) => {
    const quotas = await lockQuotas(client, tenant, cluster);
    if (quotas.length === 0) return undefined;
    const others = (await roomsTaken(client, quotas)).filter((job) => job.uid !== uid);
    const why = quotas.map((row) => whyNoRoom(sharedQuota(row, others), wanted, before)).find((one) => one);
    if (why) return why;
    await client.query(
      `insert into quota_reservations (uid, revision, slots, cpu_cores, memory_bytes) values ($1, $2, $3, $4, $5)
       on conflict (uid) do update set revision = excluded.revision, slots = excluded.slots,
         cpu_cores = excluded.cpu_cores, memory_bytes = excluded.memory_bytes, made_at = now()`,
      [uid, revision, wanted.slots, wanted.cpuCores, wanted.memoryBytes],
    );
    return undefined;
  });
}

/** The job does not take what was reserved. */
export async function releaseRoom(postgres: Postgres, uid: string): Promise<void> {
  await postgres.query('delete from quota_reservations where uid = $1', [uid]);
}

/** Always the tenant's before the cluster's: two that lock both never wait for each other in a circle. */
async function lockQuotas(client: PoolClient, tenant: string, cluster: string): Promise<readonly QuotaRow[]> {
  const { rows: ofTenant } = await client.query<QuotaRow>(
    `select 'tenant' as of, name, quota from tenants where name = $1 and quota is not null for no key update`,
    [tenant],
  );
  const { rows: ofCluster } = await client.query<QuotaRow>(
    `select 'cluster' as of, name, quota from clusters where name = $1 and quota is not null for no key update`,
    [cluster],
  );
  return [...ofTenant, ...ofCluster];
}

interface JobRow extends Omit<JobRoom, 'room'> {
  readonly spec: Parameters<typeof roomOf>[0];
  readonly reserved: Room | null;
}

/**
 * The rooms of all jobs that those quotas are about. A reservation counts until the job's record is of a newer revision; and, for the case
 * that who made it was ended by hand, ten minutes at most, by PostgreSQL's clock. Of a job whose entity was lost the newer one counts.
 */
async function roomsTaken(client: Queryable, quotas: readonly QuotaRow[]): Promise<readonly JobRoom[]> {
  const named = (wanted: SharedQuota['of']) => quotas.flatMap(({ of, name }) => (of === wanted ? [name] : []));
  const { rows } = await client.query<JobRow>(
    `select jobs.uid, tenant, cluster,
            json_build_object('job', view #> '{spec,spec,job}', 'taskManager', view #> '{spec,spec,taskManager}',
                              'flink', view #> '{spec,spec,flink}') as spec,
            case when reserved.uid is not null then json_build_object(
              'slots', reserved.slots, 'cpuCores', reserved.cpu_cores, 'memoryBytes', reserved.memory_bytes) end as reserved
     from jobs left join quota_reservations reserved on reserved.uid = jobs.uid
       and reserved.revision >= jobs.revision and reserved.made_at > now() - interval '10 minutes'
     where (tenant = any ($1) or cluster = any ($2)) and phase <> all ($3)
       and not exists (select 1 from jobs newer where newer.tenant = jobs.tenant and newer.name = jobs.name
                                                  and newer.created_at > jobs.created_at)`,
    [named('tenant'), named('cluster'), roomlessPhases],
  );
  return rows.map(({ spec, reserved, ...job }) => {
    const has = roomOf(spec);
    return { ...job, room: reserved ? largerRoom(has, reserved) : has };
  });
}

function sharedQuota({ of, name, quota }: QuotaRow, jobs: readonly JobRoom[]): SharedQuota {
  const ofIt = jobs.filter((job) => job[of] === name);
  return { of, name, limits: quotaLimits(quota), taken: roomTogether(ofIt.map(({ room }) => room)) };
}
