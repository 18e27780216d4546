/** How a Kubernetes cluster is shown. */
import type { Cluster } from '../../clients/drey/shapes.ts';
import type { Kind } from '../printing.ts';
import { ageOf } from '../duration.ts';

export const clusterKind: Kind<Cluster> = {
  listKind: 'ClusterList',
  name: (cluster) => `cluster/${cluster.name}`,
  resource: (cluster) => cluster,
  columns: [
    { title: 'NAME', value: (cluster) => cluster.name },
    { title: 'AGENT', value: (cluster) => cluster.agent.state },
    { title: 'LAST-SEEN', value: (cluster, now) => lastSeen(cluster, now) },
    { title: 'AGE', value: (cluster, now) => ageOf(cluster.createdAt, now) },
    { title: 'DESCRIPTION', wide: true, value: (cluster) => cluster.description },
  ],
};

function lastSeen({ agent }: Cluster, now: number): string {
  return agent.lastSeen === undefined ? '' : ageOf(agent.lastSeen, now);
}
