/** Tenants, and the clusters and namespaces that each may use. */
import type { QuotaWritten } from '../../core/schema/quota.ts';
import type { Postgres } from './connect.ts';
import { inTransaction } from './transaction.ts';

export interface Grant {
  readonly cluster: string;
  /** A namespace, a beginning followed by `*`, or `*` alone. */
  readonly namespace: string;
}

export interface TenantRecord {
  readonly name: string;
  readonly description: string;
  readonly grants: readonly Grant[];
  /** Absent: its jobs may take as much as there is. */
  readonly quota?: QuotaWritten;
  readonly createdAt: string;
}

type TenantFields = Pick<TenantRecord, 'name' | 'description' | 'grants'> & {
  readonly quota?: QuotaWritten | undefined;
};
type TenantQueryRow = Omit<TenantFields, 'quota'> & { quota: QuotaWritten | null; createdAt: Date };

const tenantsSql = `
  select name, description, quota, created_at as "createdAt", coalesce(
    (select json_agg(json_build_object('cluster', cluster, 'namespace', namespace) order by cluster, namespace)
     from grants where tenant = name), '[]') as grants
  from tenants`;

/** All tenants, by name. */
export async function listTenants(postgres: Postgres): Promise<TenantRecord[]> {
  const { rows } = await postgres.query<TenantQueryRow>(`${tenantsSql} order by name`);
  return rows.map(toRecord);
}

/** One tenant with its grants. */
export async function findTenant(postgres: Postgres, tenant: string): Promise<TenantRecord | undefined> {
  const { rows } = await postgres.query<TenantQueryRow>(`${tenantsSql} where name = $1`, [tenant]);
  const [row] = rows;
  return row && toRecord(row);
}

function toRecord({ quota, createdAt, ...row }: TenantQueryRow): TenantRecord {
  return { ...row, ...(quota && { quota }), createdAt: createdAt.toISOString() };
}

/** Makes the tenant, or changes it; its grants and its quota become exactly the given ones. True when it was made. */
export async function saveTenant(postgres: Postgres, tenant: TenantFields): Promise<boolean> {
  return inTransaction(postgres, async (client) => {
    const { rows } = await client.query<{ created: boolean }>(
      `insert into tenants (name, description, quota) values ($1, $2, $3)
       on conflict (name) do update set description = excluded.description, quota = excluded.quota, updated_at = now()
       returning xmax = 0 as created`,
      [tenant.name, tenant.description, tenant.quota ? JSON.stringify(tenant.quota) : null],
    );
    await client.query('delete from grants where tenant = $1', [tenant.name]);
    await client.query(
      `insert into grants (tenant, cluster, namespace)
       select distinct $1, cluster, namespace from json_to_recordset($2) as row (cluster text, namespace text)`,
      [tenant.name, JSON.stringify(tenant.grants)],
    );
    return rows[0]?.created ?? false;
  });
}

/** Adds grants to those that the tenant has; makes the tenant when there is none. */
export async function addGrants(postgres: Postgres, tenant: string, grants: readonly Grant[]): Promise<void> {
  await inTransaction(postgres, async (client) => {
    await client.query('insert into tenants (name) values ($1) on conflict do nothing', [tenant]);
    await client.query(
      `insert into grants (tenant, cluster, namespace)
       select $1, cluster, namespace from json_to_recordset($2) as row (cluster text, namespace text)
       on conflict do nothing`,
      [tenant, JSON.stringify(grants)],
    );
  });
}
