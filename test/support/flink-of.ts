/** The Flink cluster of a job as it is now, asked past Drey: what really runs. */
import { connectFlink } from '../../clients/flink/connect.ts';
import { proxyTransport } from '../../clients/flink/proxy-transport.ts';
import { labels } from '../../core/names.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

/** A client for each generation of the job that has an anchor. */
export async function flinkClustersOf(name: string): Promise<FlinkClient[]> {
  const client = kubernetes();
  const anchors = await client.list('ConfigMap', namespace, {
    labelSelector: `${labels.job}=${name},${labels.component}=anchor`,
  });
  return anchors.map(({ metadata }) => connectFlink(proxyTransport(client, { namespace, service: metadata.name })));
}

/** All jobs that are not ended, over all generations: never more than one may be. */
export async function livingJobsOf(name: string): Promise<JobSummary[]> {
  const clusters = await flinkClustersOf(name);
  const jobs = await Promise.all(clusters.map((flink) => flink.jobs()));
  return jobs.flat().filter((job) => job.endedAtMs === undefined);
}

/** Whether so many of its jobs run, each with all its tasks. While its JobManagers do not answer, none does. */
export async function allRun(name: string, count: number): Promise<boolean> {
  const jobs = await livingJobsOf(name).catch(() => []);
  return (
    jobs.length === count &&
    jobs.every(({ state, tasks, tasksTotal }) => state === 'RUNNING' && tasks.RUNNING === tasksTotal)
  );
}
