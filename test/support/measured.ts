/** What Drey has measured of a job that runs, for end-to-end tests. */
import { waitUntil } from '../../deploy/dev/process.ts';
import { tenant } from './e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from './flink-of.ts';
import { drey } from './running-stack.ts';

/** What is measured of every vertex of every job. */
const ofVertices = ['parallelism', 'busyTimeMsPerSecond', 'numRecordsIn', 'numRecordsOut', 'numRecordsOutPerSecond'];

/** What is measured of every job. */
const ofJob = ['numRestarts', 'taskManagers', 'taskSlotsTotal', 'taskManager.heapUsed', 'numberOfFailedCheckpoints'];

/** A reading every 10 s, sent within 5 s; Flink gathers metrics only when they are asked for. */
const withinMs = 60_000;

/**
 * Waits until each vertex that Flink has of the job, and the job, have samples newer than this call.
 * @param more metrics that this job has as a whole, too.
 */
export async function awaitMeasured(name: string, more: readonly string[] = []): Promise<void> {
  const from = new Date().toISOString();
  const vertices = await verticesOf(name);
  const wanted = [
    ...vertices.flatMap((vertex) => ofVertices.map((metric) => `${vertex}/${metric}`)),
    ...[...ofJob, ...more].map((metric) => `/${metric}`),
  ];
  await waitUntil(
    async () => {
      const { series } = await drey().getMetrics({ tenant, name }, { from, step: '1s' });
      const there = new Set(
        series.filter(({ points }) => points.length > 0).map((one) => `${one.vertex}/${one.metric}`),
      );
      const missing = wanted.filter((one) => !there.has(one));
      if (missing.length > 0) throw new Error(`not measured yet: ${missing.join(', ')}`);
      return true;
    },
    { what: `all vertices of ${name} to be measured`, timeoutMs: withinMs, stepMs: 1_000 },
  );
}

/** The ids of the vertices of the one job that runs. */
async function verticesOf(name: string): Promise<string[]> {
  const [job, ...others] = await livingJobsOf(name);
  if (!job || others.length > 0) throw new Error(`${name} has ${others.length + (job ? 1 : 0)} living jobs`);
  const details = await Promise.all((await flinkClustersOf(name)).map((flink) => flink.job(job.id)));
  const ids = details.flatMap((detail) => detail?.vertices ?? []).map(({ id }) => id);
  if (ids.length === 0) throw new Error(`${name} has no vertices`);
  return ids;
}
