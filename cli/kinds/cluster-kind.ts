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
    { title: 'LAST-SEEN', value: ({ agent }, now) => ageOrNothing(agent.lastSeen, now) },
    { title: 'UNKNOWN-JOBS', value: ({ agent }) => String(agent.unknownJobs?.count ?? '') },
    { title: 'AGE', value: (cluster, now) => ageOf(cluster.createdAt, now) },
    { title: 'AGENTS', wide: true, value: ({ agent }) => String(agent.count ?? '') },
    { title: 'OBSERVED', wide: true, value: ({ agent }, now) => ageOrNothing(agent.lastObserved, now) },
    { title: 'DESCRIPTION', wide: true, value: (cluster) => cluster.description },
  ],
};

function ageOrNothing(time: string | undefined, now: number): string {
  return time === undefined ? '' : ageOf(time, now);
}
