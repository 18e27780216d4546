/** Keeps the tables of metrics in order for as long as the process runs. */
import { maintainMetrics } from '../clients/postgres/metrics-partitions.ts';
import type { Services } from './services.ts';

type Kept = Pick<Services, 'postgres' | 'metricRetention' | 'metrics' | 'log'>;

/** Partitions are there for hours ahead, and each raw one holds an hour: nothing is lost when some runs fail. */
const everyMs = 10 * 60_000;

/** Makes and drops partitions now, and every ten minutes from now on. Several processes may do so. Never throws. */
export async function keepMetrics(services: Kept): Promise<void> {
  setInterval(() => void keepOnce(services), everyMs).unref();
  await keepOnce(services);
}

async function keepOnce({ postgres, metricRetention, metrics, log }: Kept): Promise<void> {
  try {
    const done = await maintainMetrics(postgres, metricRetention);
    metrics.metricsMaintenance.inc({ outcome: done.postponed > 0 ? 'postponed' : 'done' });
    const isWorthSaying = Object.values(done).some((count) => count > 0);
    if (isWorthSaying) log.info(done, 'partitions of metrics were made or dropped');
  } catch (error) {
    metrics.metricsMaintenance.inc({ outcome: 'failed' });
    log.warn({ err: error }, 'partitions of metrics stay as they are for now');
  }
}
