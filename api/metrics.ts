/** What the API measures of itself, for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { connectionsGauge } from '../clients/postgres/connections-gauge.ts';
import type { Postgres } from '../clients/postgres/connect.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** Makes the metrics in a registry of their own. */
export function createMetrics(postgres: Pick<Postgres, 'idleCount' | 'totalCount' | 'waitingCount'>) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  connectionsGauge(postgres, registry);
  return {
    registry,
    httpDuration: new Histogram({
      name: 'drey_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    changes: new Counter({
      name: 'drey_changes_total',
      help: 'Changes asked for, by what became of them',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    recordsLate: new Counter({
      name: 'drey_records_late_total',
      help: 'Accepted changes that could not be recorded before the answer; the workflow records them later',
      registers,
    }),
    samples: new Counter({
      name: 'drey_samples_total',
      help: 'Samples of jobs that agents brought, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    metricsMaintenance: new Counter({
      name: 'drey_metrics_maintenance_total',
      help: 'Runs of the maintenance of metrics, by outcome; postponed had partitions to drop that were in use',
      labelNames: ['outcome'],
      registers,
    }),
    logStreams: new Gauge({ name: 'drey_log_streams', help: 'Logs being read now', registers }),
  };
}
