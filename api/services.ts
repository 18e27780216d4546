/** What handlers work with. */
import type { Logger } from 'pino';
import type { Postgres } from '../clients/postgres/connect.ts';
import { listClusters, type ClusterRecord } from '../clients/postgres/clusters.ts';
import { knownQuotas } from '../clients/postgres/quotas.ts';
import { findTenant, type TenantRecord } from '../clients/postgres/tenants.ts';
import { findToken, type TokenRecord } from '../clients/postgres/tokens.ts';
import type { Temporal } from '../clients/temporal/connect.ts';
import { lastActivityPoll } from '../clients/temporal/pollers.ts';
import type { MetricRetention } from '../core/metrics/resolution.ts';
import { clusterTaskQueue } from '../core/names.ts';
import type { SharedQuota } from '../core/scaling/quota-room.ts';
import { AgentHeartbeats } from './agent-heartbeats.ts';
import { createCache, type Cache } from './cache.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createStreams, type Streams } from './streams.ts';

export interface Services {
  readonly postgres: Postgres;
  readonly temporal: Temporal;
  readonly log: Logger;
  /** Where agents reach this process. */
  readonly url: string;
  /** Into how many parts a cluster is divided for its observers. */
  readonly shards: number;
  /** By the SHA-256 of the token in hex. */
  readonly tokens: Cache<TokenRecord | undefined>;
  /** By name. */
  readonly tenants: Cache<TenantRecord | undefined>;
  /** All of them, under one key. */
  readonly clusters: Cache<readonly ClusterRecord[]>;
  /** When an agent of the cluster last asked for work, by the cluster's name. */
  readonly agentPolls: Cache<Date | undefined>;
  /** What agents say of themselves. */
  readonly agentHeartbeats: AgentHeartbeats;
  /** Of a cluster and of the tenants on it, by its name; undefined while PostgreSQL is away. */
  readonly quotas: Cache<readonly SharedQuota[] | undefined>;
  readonly streams: Streams;
  /** For how long metrics of jobs are kept. */
  readonly metricRetention: MetricRetention;
  readonly metrics: Metrics;
}

export type ServiceOptions = Pick<Services, 'postgres' | 'temporal' | 'log' | 'url' | 'shards' | 'metricRetention'>;

/** The one key of the clusters' cache. */
export const allClusters = 'all';

/** Long enough to bridge a failover of PostgreSQL; a token that is revoked meanwhile lives on for so long. */
const staleMs = 60 * 60_000;

/** Makes everything that handlers share. */
export function createServices(options: ServiceOptions): Services {
  const { postgres, temporal } = options;
  return {
    ...options,
    // Unknown tokens are not kept: a flood of them would push out the known ones.
    tokens: createCache({
      load: (hash) => findToken(postgres, Buffer.from(hash, 'hex')),
      freshMs: 5_000,
      staleMs,
      keep: (token) => token !== undefined,
    }),
    tenants: createCache({ load: (name) => findTenant(postgres, name), freshMs: 2_000, staleMs, keep: Boolean }),
    clusters: createCache({ load: () => listClusters(postgres), freshMs: 2_000, staleMs }),
    agentPolls: createCache({
      load: (cluster) => temporal.within(2_000, () => lastActivityPoll(temporal, clusterTaskQueue(cluster))),
      freshMs: 2_000,
      staleMs: 10_000,
    }),
    agentHeartbeats: new AgentHeartbeats(postgres),
    quotas: createCache({ load: (cluster) => knownQuotas(postgres, cluster), freshMs: 5_000, staleMs: 0 }),
    streams: createStreams(),
    metrics: createMetrics(postgres),
  };
}
