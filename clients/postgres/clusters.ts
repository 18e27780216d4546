/** The Kubernetes clusters that Drey knows. */
import type { QuotaWritten } from '../../core/schema/quota.ts';
import type { Postgres } from './connect.ts';

export interface ClusterRecord {
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: its jobs may take as much as there is. */
  readonly quota?: QuotaWritten;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type ClusterFields = Pick<ClusterRecord, 'name' | 'description' | 'labels'> & {
  readonly quota?: QuotaWritten | undefined;
};
type ClusterQueryRow = Omit<ClusterFields, 'quota'> & { quota: QuotaWritten | null; createdAt: Date; updatedAt: Date };

const columns = 'name, description, labels, quota, created_at as "createdAt", updated_at as "updatedAt"';

/** All clusters, by name. */
export async function listClusters(postgres: Postgres): Promise<ClusterRecord[]> {
  const { rows } = await postgres.query<ClusterQueryRow>(`select ${columns} from clusters order by name`);
  return rows.map(toRecord);
}

/** Makes the cluster known, or changes what is said of it. */
export async function saveCluster(
  postgres: Postgres,
  cluster: ClusterFields,
): Promise<{ readonly cluster: ClusterRecord; readonly created: boolean }> {
  // xmax is 0 in a row that no transaction has replaced: it was inserted now.
  const { rows } = await postgres.query<ClusterQueryRow & { created: boolean }>(
    `insert into clusters (name, description, labels, quota) values ($1, $2, $3, $4)
     on conflict (name) do update set description = excluded.description, labels = excluded.labels, quota = excluded.quota, updated_at = now()
     returning ${columns}, xmax = 0 as created`,
    [
      cluster.name,
      cluster.description,
      JSON.stringify(cluster.labels),
      cluster.quota ? JSON.stringify(cluster.quota) : null,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('an upsert returns its row');
  return { cluster: toRecord(row), created: row.created };
}

function toRecord({ name, description, labels, quota, createdAt, updatedAt }: ClusterQueryRow): ClusterRecord {
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return { name, description, labels, ...(quota && { quota }), ...times };
}
