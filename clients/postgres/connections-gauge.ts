/** How many connections a process has to PostgreSQL, for Prometheus. */
import { Gauge, type Registry } from 'prom-client';
import type { Postgres } from './connect.ts';

/** Adds the gauge to a registry; it is read when Prometheus asks. */
export function connectionsGauge(
  postgres: Pick<Postgres, 'idleCount' | 'totalCount' | 'waitingCount'>,
  registry: Registry,
): void {
  const connections = new Gauge({
    name: 'drey_postgres_connections',
    help: 'Connections to PostgreSQL by state; waiting are callers without one',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      connections.set({ state: 'idle' }, postgres.idleCount);
      connections.set({ state: 'used' }, postgres.totalCount - postgres.idleCount);
      connections.set({ state: 'waiting' }, postgres.waitingCount);
    },
  });
}
