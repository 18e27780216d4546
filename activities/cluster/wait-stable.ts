/** Sees a job run without a restart for a while: only then is the generation before it let go. */
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import type { Failure } from '../../core/failure.ts';
import { flinkJobId } from '../../core/names.ts';
import { runsFor, type StabilitySeen, type StabilitySince } from '../../core/stability.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { assertNotEndedOutside } from './ended-outside.ts';
import { supervise } from './supervise.ts';

export interface WaitStableInput extends WaitInput {
  /** How long it must run, in milliseconds. */
  readonly stableMs: number;
}

/** @throws what the job failed with, JOB_CANCELED_OUTSIDE, or NOT_STABLE when it restarted again and again until the time was up. */
export function waitStable(dependencies: ClusterDependencies, { generation, waitMs, stableMs }: WaitStableInput) {
  const id = flinkJobId(generation.identity, generation.submission);
  let since: StabilitySince | undefined;
  let cause: string | undefined;
  const look = async (flink: FlinkClient, signal: AbortSignal) => {
    const seen = await seenOf(flink, id);
    await assertNotEndedOutside({ flink, generation, signal }, seen.state);
    cause = seen.cause ?? cause;
    const verdict = runsFor(seen, since, stableMs);
    since = verdict.since;
    if (verdict.state === 'unstable') throw failed(diagnoseJobFailure(cause ?? '', generation.spec.spec));
    if (verdict.state !== 'stable') return undefined;
    return { detail: verdict.detail, finished: seen.state === 'FINISHED' };
  };
  const whenTimeIsUp = (silence: string | undefined): Failure =>
    cause === undefined ? notStable(waitMs, silence) : diagnoseJobFailure(cause, generation.spec.spec);
  return withFailures(() =>
    withHeartbeat((signal) => supervise(dependencies, { generation, waitMs, signal, look, whenTimeIsUp })),
  );
}

async function seenOf(flink: FlinkClient, id: string): Promise<StabilitySeen & { readonly cause?: string }> {
  const job = (await flink.jobs()).find((one) => one.id === id);
  const history = (await flink.exceptions(id))?.history ?? [];
  const cause = history[0]?.stackTrace;
  return {
    nowMs: Date.now(),
    state: job?.state,
    allRunning: job !== undefined && job.tasksTotal > 0 && tasksThere(job.tasks) === job.tasksTotal,
    failures: history.length,
    ...(cause !== undefined && { cause }),
  };
}

function notStable(waitMs: number, silence: string | undefined): Failure {
  return {
    code: 'NOT_STABLE',
    message: `The job did not run without a restart for long enough within ${Math.round(waitMs / 1000)} s${silence ? `: ${silence}` : ''}.`,
    cure: 'See its exceptions in the Flink UI; lower spec.upgrade.stableAfter or raise spec.deadlines.stable if it only needs longer.',
  };
}
