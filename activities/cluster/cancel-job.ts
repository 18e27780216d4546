/** Cancels a generation's job where a JobManager answers. One that is silent is ended with its pods. */
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
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
      try {
        while (performance.now() < deadline) {
          if (await askToCancel(flink)) return { detail: 'no job runs' };
          await pause(50, undefined, { signal });
        }
        return { detail: 'the job takes long to cancel; its pods are ended' };
      } catch (error) {
        if (!(error instanceof FlinkUnreachable)) throw error;
        return { detail: 'the JobManager is silent; its pods are ended' };
      }
    }),
  );
}

/** True when no job is left. */
async function askToCancel(flink: FlinkClient): Promise<boolean> {
  const living = (await flink.jobs()).filter((job) => job.endedAtMs === undefined);
  for (const job of living) if (job.state !== 'CANCELLING') await flink.cancel(job.id);
  return living.length === 0;
}
