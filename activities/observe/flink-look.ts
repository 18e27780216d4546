/** One look at a job through its JobManager: what is asked is little while all is well. */
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import type { CauseObserved, CheckpointsObserved, ObservedJobState } from '../../core/observation/observation.ts';
import { outlivedCache } from '../outlived-cache.ts';
import { checkpointsSeen } from './checkpoints-seen.ts';

/** What one look has shown. What was not asked for is absent: what was known of it goes on. */
export interface FlinkLook {
  /** How many requests it took. */
  readonly requests: number;
  readonly state: ObservedJobState;
  readonly silence?: string;
  readonly tasks?: { readonly running: number; readonly total: number };
  readonly startedAtMs?: number;
  /** When failures happened that Flink still tells, in milliseconds. */
  readonly failuresAtMs?: readonly number[];
  readonly cause?: CauseObserved;
  readonly checkpoints?: CheckpointsObserved;
}

/** A JobManager that hangs must not keep the others waiting. */
const callMs = 5_000;

/** Whether failures and checkpoints are asked for, too, of a job of that state. `isWhole`: all its tasks run. */
export type WantsDepth = (state: ObservedJobState, isWhole: boolean) => boolean;

/** A job that is looked at, and what ends the look before it has all: that is no silence, and is thrown. */
export interface LookedAt {
  readonly flink: FlinkClient;
  readonly generation: Generation;
  readonly signal?: AbortSignal;
}

export async function lookAtFlink(lookedAt: LookedAt, wantsDepth: WantsDepth): Promise<FlinkLook> {
  const { flink, generation } = lookedAt;
  const call = { timeoutMs: callMs };
  const id = flinkJobId(generation.identity, generation.submission);
  try {
    const job = (await flink.jobs(call)).find((one) => one.id === id);
    if (!job) return { state: 'absent', requests: 1 };
    const shallow = ofJob(job);
    return wantsDepth(job.state, runsWhole(shallow)) ? { ...shallow, ...(await depthOrNone(lookedAt, job)) } : shallow;
  } catch (error) {
    if (isNoAnswer(error)) return { state: 'silent', silence: error.message, requests: 1 };
    throw error;
  }
}

/**
 * A JobManager that has listed the job is not silent, though it may be too slow for the rest, or refuse it. Of a job that is FINISHED only the
 * rest tells whether somebody has stopped it, so there it counts as silent until it tells.
 */
async function depthOrNone(lookedAt: LookedAt, job: JobSummary): Promise<Partial<FlinkLook>> {
  try {
    return await depthOf(lookedAt, job);
  } catch (error) {
    if (isNoAnswer(error) && job.state !== 'FINISHED') return { requests: 4 };
    throw error;
  }
}

function isNoAnswer(error: unknown): error is FlinkUnreachable | FlinkRestError {
  return error instanceof FlinkUnreachable || error instanceof FlinkRestError;
}

function ofJob({ state, startedAtMs, tasks, tasksTotal }: JobSummary): FlinkLook {
  const running = tasksThere(tasks);
  return { state, startedAtMs, tasks: { running, total: tasksTotal }, requests: 1 };
}

function runsWhole({ state, tasks }: FlinkLook): boolean {
  return state === 'RUNNING' && tasks !== undefined && tasks.total > 0 && tasks.running === tasks.total;
}

async function depthOf(
  { flink, generation, signal }: LookedAt,
  { id, state, endedAtMs }: JobSummary,
): Promise<Partial<FlinkLook>> {
  const call = { timeoutMs: callMs };
  // What Flink answered just before it had ended knows of no savepoint with which it was stopped.
  if (state === 'FINISHED') await outlivedCache(generation.spec, performance.now(), signal);
  const [exceptions, checkpoints, config] = await Promise.all([
    flink.exceptions(id, call),
    flink.checkpoints(id, call),
    flink.checkpointConfig(id, call),
  ]);
  const told = exceptions?.history[0] ?? exceptions?.root;
  // A job that runs has no result that could tell more.
  const asksOn = !told && state !== 'RUNNING';
  const newest = asksOn ? await flink.failureCause(id, call) : told;
  return {
    requests: asksOn ? 6 : 4,
    failuresAtMs: (exceptions?.history ?? []).flatMap(({ timestampMs }) => timestampMs ?? []),
    ...(newest && {
      cause: {
        failure: diagnoseJobFailure(newest.stackTrace, generation.spec.spec),
        ...(newest.timestampMs !== undefined && { atMs: newest.timestampMs }),
        ...(newest.taskName !== undefined && { task: newest.taskName }),
      },
    }),
    ...(checkpoints && config && { checkpoints: checkpointsSeen(checkpoints, config.intervalMs, endedAtMs) }),
  };
}
