/** What the worker measures of itself, for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { connectionsGauge } from '../clients/postgres/connections-gauge.ts';
import type { Postgres } from '../clients/postgres/connect.ts';

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** Makes the metrics in a registry of their own. */
export function createWorkerMetrics(postgres: Pick<Postgres, 'idleCount' | 'totalCount' | 'waitingCount'>) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  connectionsGauge(postgres, registry);
  return {
    registry,
    build: new Gauge({
      name: 'drey_worker_build',
      help: '1 for the build that this worker runs',
      labelNames: ['build'],
      registers,
    }),
    strandedOperations: new Counter({
      name: 'drey_worker_stranded_operations_total',
      help: 'Operations that were ended since no worker of their build was left; their jobs begin them again',
      registers,
    }),
  };
}
