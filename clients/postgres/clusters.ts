/** The Kubernetes clusters that Drey knows. */
import type { Postgres } from './connect.ts';

export interface ClusterRecord {
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type ClusterFields = Pick<ClusterRecord, 'name' | 'description' | 'labels'>;
type ClusterQueryRow = ClusterFields & { createdAt: Date; updatedAt: Date };

const columns = 'name, description, labels, created_at as "createdAt", updated_at as "updatedAt"';

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
    `insert into clusters (name, description, labels) values ($1, $2, $3)
     on conflict (name) do update set description = excluded.description, labels = excluded.labels, updated_at = now()
     returning ${columns}, xmax = 0 as created`,
    [cluster.name, cluster.description, JSON.stringify(cluster.labels)],
  );
  const [row] = rows;
  if (!row) throw new Error('an upsert returns its row');
  return { cluster: toRecord(row), created: row.created };
}

function toRecord({ name, description, labels, createdAt, updatedAt }: ClusterQueryRow): ClusterRecord {
  return { name, description, labels, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
