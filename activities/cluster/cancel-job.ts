/** Cancels a generation's job where a JobManager answers. One that is silent is ended with its pods. */
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';

/** Long enough for a JobManager that restarts; its pods are ended afterwards in any case. */
const patienceMs = 90_000;

/** Cancels every job of the Flink cluster and waits for their end. */
export function cancelJob(dependencies: ClusterDependencies, { generation }: GenerationInput) {
  const flink = dependencies.flink(generation);
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const deadline = performance.now() + patienceMs;
      const canceled = new Set<string>();
      while (performance.now() < deadline) {
        try {
          if (await noJobLives(flink, canceled)) return { detail: told([...canceled]) };
        } catch (error) {
          if (error instanceof FlinkUnreachable) return { detail: 'the JobManager is silent; its pods are ended' };
          // A refusal may pass: a job that ends in this moment, a JobManager that just begins to lead.
          if (!(error instanceof FlinkRestError)) throw error;
        }
        await pause(50, undefined, { signal });
      }
      return { detail: 'the job takes long to cancel; its pods are ended' };
    }),
  );
}

async function noJobLives(flink: FlinkClient, canceled: Set<string>): Promise<boolean> {
  const living = await livingJobs(flink);
  for (const job of living) {
    if (job.state !== 'CANCELLING') await flink.cancel(job.id);
    canceled.add(job.id);
  }
  return living.length === 0;
}

async function livingJobs(flink: FlinkClient): Promise<JobSummary[]> {
  return (await flink.jobs()).filter((job) => job.endedAtMs === undefined);
}

function told(ids: readonly string[]): string {
  return ids.length === 0 ? 'no job ran any more' : `Flink job ${ids.join(', ')}`;
}
