/** One look at a job through its JobManager: what is asked is little while all is well. */
import type { FlinkClient, FlinkException, JobExceptions, JobSummary } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import type {
  CauseObserved,
  CheckpointsObserved,
  ObservedJobState,
  Untold,
  UntoldPart,
} from '../../core/observation/observation.ts';
import { requestsOfDeepLook } from '../../core/observation/pace.ts';
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
  /** What was asked for and not told, though the JobManager answers: it may be too slow for that, or refuse it. */
  readonly untold?: Omit<Untold, 'sinceMs'>;
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
    return wantsDepth(job.state, runsWhole(shallow)) ? { ...shallow, ...(await depthOf(lookedAt, job)) } : shallow;
  } catch (error) {
    if (isNoAnswer(error)) return { state: 'silent', silence: error.message, requests: 1 };
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

/**
 * What a JobManager that has listed the job tells besides: of three answers, those that come. Of a job that is FINISHED only all of them tell
 * whether somebody has stopped it. @throws what stands in the place of one, there
 */
async function depthOf(
  { flink, generation, signal }: LookedAt,
  { id, state, endedAtMs }: JobSummary,
): Promise<Partial<FlinkLook>> {
  const call = { timeoutMs: callMs };
  const missed: Missed[] = [];
  const told = state === 'FINISHED' ? needed : orMissed(missed);
  // What Flink answered just before it had ended knows of no savepoint with which it was stopped.
  if (state === 'FINISHED') await outlivedCache(generation.spec, performance.now(), signal);
  const [exceptions, checkpoints, config] = await Promise.all([
    told('failures', flink.exceptions(id, call)),
    told('checkpoints', flink.checkpoints(id, call)),
    told('checkpoints', flink.checkpointConfig(id, call)),
  ]);
  const hasFailures = missed.every(({ what }) => what !== 'failures');
  const known = newestOf(exceptions);
  // A job that runs has no result that could tell more.
  const asksOn = hasFailures && !known && state !== 'RUNNING';
  const newest = asksOn ? await told('failures', flink.failureCause(id, call)) : known;
  return {
    // The cause is asked for in two.
    requests: asksOn ? requestsOfDeepLook + 2 : requestsOfDeepLook,
    ...(hasFailures && { failuresAtMs: timesOf(exceptions) }),
    ...(newest && { cause: causeOf(newest, generation) }),
    ...(checkpoints && config && { checkpoints: checkpointsSeen(checkpoints, config.intervalMs, endedAtMs) }),
    ...untoldOf(missed),
  };
}

function newestOf(exceptions: JobExceptions | undefined): FlinkException | undefined {
  return exceptions?.history[0] ?? exceptions?.root;
}

function timesOf(exceptions: JobExceptions | undefined): readonly number[] {
  return (exceptions?.history ?? []).flatMap(({ timestampMs }) => timestampMs ?? []);
}

interface Missed {
  readonly what: UntoldPart;
  readonly why: string;
}

type Told = <T>(what: UntoldPart, answer: Promise<T>) => Promise<T | undefined>;

const needed: Told = (_what, answer) => answer;

/** What does not come is noted, and keeps nothing else back. */
function orMissed(missed: Missed[]): Told {
  return async (what, answer) => {
    try {
      return await answer;
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      missed.push({ what, why: error.message });
      return undefined;
    }
  };
}

function untoldOf(missed: readonly Missed[]): Pick<FlinkLook, 'untold'> {
  const [first] = missed;
  if (!first) return {};
  return { untold: { what: [...new Set(missed.map(({ what }) => what))].toSorted(), why: first.why } };
}

function causeOf({ stackTrace, timestampMs, taskName }: FlinkException, { spec }: Generation): CauseObserved {
  return {
    failure: diagnoseJobFailure(stackTrace, spec.spec),
    ...(timestampMs !== undefined && { atMs: timestampMs }),
    ...(taskName !== undefined && { task: taskName }),
  };
}
