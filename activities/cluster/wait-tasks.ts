/** Waits until every task of the job runs, and tells why it does not. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { supervise } from './supervise.ts';

/** Waits until all tasks are running or have finished. */
export function waitTasks(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  const id = flinkJobId(generation.identity, generation.submission);
  let seen = 'the job is not listed';
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: async (flink) => {
          const progress = await progressOf(flink, generation, id);
          seen = progress.text;
          return progress.done ? { detail: seen } : undefined;
        },
        whenTimeIsUp: (silence) => ({
          code: 'TASKS_NOT_RUNNING',
          message: `Not all tasks ran within ${Math.round(waitMs / 1000)} s: ${silence ?? seen}.`,
          cure: 'See the job in the Flink UI and the TaskManager log; raise spec.deadlines.running if restoring needs longer.',
        }),
      }),
    ),
  );
}

async function progressOf(
  flink: FlinkClient,
  generation: Generation,
  id: string,
): Promise<{ done: boolean; text: string }> {
  // `/jobs/overview` is current; the job's own page may be a refresh interval old.
  const job = (await flink.jobs()).find((one) => one.id === id);
  if (!job) return { done: false, text: 'the job is not listed' };
  if (job.state === 'FAILED' || job.state === 'RESTARTING' || job.state === 'FAILING') {
    const cause = await flink.failureCause(id);
    // A job that restarts may yet come up; what it died of decides, where Flink tells it.
    if (job.state === 'FAILED' || cause)
      throw failed(diagnoseJobFailure(cause?.stackTrace ?? '', generation.spec.spec));
  }
  if (job.state === 'CANCELED') {
    throw failed({
      code: 'JOB_CANCELED_OUTSIDE',
      message: 'The job was canceled by somebody else while it was starting.',
      cure: 'Apply the spec again to start it.',
    });
  }
  const running = (job.tasks.RUNNING ?? 0) + (job.tasks.FINISHED ?? 0);
  const text = `${running} of ${job.tasksTotal} tasks running`;
  const done =
    job.state === 'FINISHED' || (job.state === 'RUNNING' && job.tasksTotal > 0 && running === job.tasksTotal);
  return { done, text };
}
