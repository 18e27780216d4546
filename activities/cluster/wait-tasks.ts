/** Waits until every task of the job runs, and tells why it does not. */
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Failure } from '../../core/failure.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { noteRan } from './anchor.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { assertNotEndedOutside, type AwaitedJob } from './ended-outside.ts';
import { NamedVertices } from './named-vertices.ts';
import { supervise } from './supervise.ts';

/** How many failures in a row, with Flink's own restarts between them, are taken as final. */
const failuresMax = 3;

/** Waits until all tasks are running or have finished. */
export function waitTasks(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  const id = flinkJobId(generation.identity, generation.submission);
  const named = new NamedVertices({ generation, waitMs });
  const noted = once(() => noteRan(dependencies.kubernetes, generation));
  let seen = 'the job is not listed';
  let cause: string | undefined;
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: async (flink, ending) => {
          const progress = await progressOf({ flink, generation, signal: ending }, id);
          seen = progress.text;
          cause = progress.cause;
          await named.ask(flink);
          if (!progress.done) return undefined;
          await noted();
          if (!(await named.reached(flink, ending))) return undefined;
          return { detail: seen, finished: progress.finished };
        },
        whenTimeIsUp: (silence) =>
          cause === undefined
            ? (named.failure(silence) ?? notRunning(waitMs, silence ?? seen))
            : diagnoseJobFailure(cause, generation.spec.spec),
      }),
    ),
  );
}

/** From now on it may complete checkpoints. */
function once(act: () => Promise<void>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (!isDone) await act();
    isDone = true;
  };
}

function notRunning(waitMs: number, seen: string): Failure {
  return {
    code: 'TASKS_NOT_RUNNING',
    message: `Not all tasks ran within ${Math.round(waitMs / 1000)} s: ${seen}.`,
    cure: 'See the job in the Flink UI and the TaskManager log; raise spec.deadlines.running if restoring needs longer.',
  };
}

interface Progress {
  readonly done: boolean;
  /** Whether the job has ended by itself. */
  readonly finished?: boolean;
  readonly text: string;
  /** What made the job restart last. */
  readonly cause?: string;
}

async function progressOf(awaited: AwaitedJob, id: string): Promise<Progress> {
  const { flink, generation } = awaited;
  // `/jobs/overview` is current; the job's own page may be a refresh interval old.
  const job = (await flink.jobs()).find((one) => one.id === id);
  if (!job) return { done: false, text: 'the job is not listed' };
  if (job.state === 'FAILED' || job.state === 'RESTARTING' || job.state === 'FAILING') {
    const cause = (await flink.failureCause(id))?.stackTrace;
    if (job.state === 'FAILED' || (await hasFailedOften(flink, id)))
      throw failed(diagnoseJobFailure(cause ?? '', generation.spec.spec));
    return { done: false, text: 'the job restarts', ...(cause && { cause }) };
  }
  await assertNotEndedOutside(awaited, job.state);
  return progressOfTasks(job);
}

function progressOfTasks({ state, tasks, tasksTotal }: JobSummary): Progress {
  const running = tasksThere(tasks);
  const done = state === 'FINISHED' || (state === 'RUNNING' && tasksTotal > 0 && running === tasksTotal);
  if (state === 'FINISHED') return { done, finished: true, text: 'the job has finished' };
  return { done, text: `${running} of ${tasksTotal} tasks running` };
}

/** A first fault may be chance (a TaskManager that was moved); what comes again and again is what the user must see. */
async function hasFailedOften(flink: FlinkClient, id: string): Promise<boolean> {
  return ((await flink.exceptions(id))?.history.length ?? 0) >= failuresMax;
}
