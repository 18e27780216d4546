/**
 * Ends a generation's job so that another may go on from its state: by stop-with-savepoint where it runs, else by cancel
 * and its newest retained checkpoint. Never leaves two jobs, never loses a savepoint whose answer was lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { diagnoseSavepointFailure } from '../../core/diagnosis/job-failure.ts';
import { hasDurableStorage, type Generation } from '../../core/generation.ts';
import { flinkJobId, generationNames, savepointDirectory, savepointTriggerId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { endPods } from './end-pods.ts';
import { newestRestorePoint } from './restore-point.ts';

export interface StopJobInput extends GenerationInput {
  /** Number of the operation that stops it: names the savepoint's folder. */
  readonly operation: number;
}

export interface StoppedJob {
  readonly restorePoint?: string;
  readonly detail: string;
}

/** How long a JobManager may be silent before its pods are ended and the storage is read instead: a restart takes less. */
const silenceMs = 45_000;
const pollEveryMs = 30;

/** @throws SAVEPOINT_FAILED when the job runs on untouched because its savepoint failed. */
export function stopJob(dependencies: ClusterDependencies, input: StopJobInput): Promise<StoppedJob> {
  return withFailures(() => withHeartbeat((signal) => new Stop(dependencies, input, signal).run()));
}

class Stop {
  private readonly dependencies: ClusterDependencies;
  private readonly generation: Generation;
  private readonly operation: number;
  private readonly signal: AbortSignal;
  private readonly flink: FlinkClient;
  private readonly jobId: string;
  private readonly triggerId: string;

  constructor(dependencies: ClusterDependencies, { generation, operation }: StopJobInput, signal: AbortSignal) {
    this.dependencies = dependencies;
    this.generation = generation;
    this.operation = operation;
    this.signal = signal;
    this.flink = dependencies.flink(generation);
    this.jobId = flinkJobId(generation.identity, generation.submission);
    this.triggerId = savepointTriggerId(generation.identity.uid, operation, generation.identity.number);
  }

  async run(): Promise<StoppedJob> {
    if (!(await this.hasAnchor())) return this.fromStorage('its objects are gone');
    const heardAt = { last: performance.now() };
    while (performance.now() - heardAt.last < silenceMs) {
      try {
        const stopped = await this.tryOnce();
        if (stopped) return stopped;
        heardAt.last = performance.now();
      } catch (error) {
        if (!(error instanceof FlinkUnreachable)) throw error;
      }
      await pause(pollEveryMs, undefined, { signal: this.signal });
    }
    return this.fromStorage('its JobManager is silent');
  }

  /** One look and one step; undefined while something is under way. */
  private async tryOnce(): Promise<StoppedJob | undefined> {
    const { savepoints } = this.generation.spec.spec.storage;
    const job = (await this.flink.jobs()).find(({ id }) => id === this.jobId);
    if (!job) return this.fromStorage('its JobManager does not know the job');
    if (savepoints !== undefined) {
      const asked = await this.flink.savepointStatus(this.jobId, this.triggerId);
      if (asked.state === 'inProgress') return undefined;
      if (asked.state === 'completed') return this.afterSavepoint(job, asked.location);
      if (asked.state === 'failed') return this.afterFailedSavepoint(job, asked.cause.stackTrace);
      if (job.state === 'RUNNING') return this.askForSavepoint(savepoints);
    }
    if (job.endedAtMs !== undefined) return this.fromEnded(job);
    await this.flink.cancel(this.jobId);
    return undefined;
  }

  private async askForSavepoint(root: string): Promise<undefined> {
    const targetDirectory = savepointDirectory(root, this.generation.identity.uid, this.operation);
    await this.flink.stopWithSavepoint(this.jobId, { triggerId: this.triggerId, targetDirectory });
    return undefined;
  }

  /** The savepoint has committed the sinks: it is the restore point, and the job must be seen to have ended. */
  private async afterSavepoint(job: JobSummary, location: string): Promise<StoppedJob | undefined> {
    if (job.endedAtMs === undefined) return undefined;
    return { restorePoint: location, detail: `savepoint ${location}` };
  }

  private async afterFailedSavepoint(job: JobSummary, trace: string): Promise<StoppedJob | undefined> {
    if (job.endedAtMs !== undefined) return this.fromEnded(job);
    throw failed(diagnoseSavepointFailure(trace, this.generation.spec.spec));
  }

  /** A job that ended by itself, failed, or was cancelled here: Flink still knows its newest checkpoint. */
  private async fromEnded(job: JobSummary): Promise<StoppedJob> {
    if (job.state === 'FINISHED') return { detail: 'the job had finished' };
    const newest = (await this.flink.checkpoints(this.jobId))?.latestCompleted;
    if (newest?.path !== undefined) return { restorePoint: newest.path, detail: `checkpoint ${newest.path}` };
    return this.fromStorage(`the job is ${job.state.toLowerCase()}`);
  }

  /** Nobody can be asked: the pods are ended first, so that nothing newer can appear, then the storage is read. */
  private async fromStorage(why: string): Promise<StoppedJob> {
    await endPods(this.dependencies, { generation: this.generation });
    if (!hasDurableStorage(this.generation.spec)) return { detail: `${why}; it keeps no state` };
    const restorePoint = await newestRestorePoint(this.dependencies, this.generation, this.operation, this.signal);
    return restorePoint === undefined
      ? { detail: `${why}; it has completed no checkpoint` }
      : { restorePoint, detail: `${why}; newest restore point ${restorePoint}` };
  }

  private async hasAnchor(): Promise<boolean> {
    const { anchor } = generationNames(this.generation.identity);
    const stored = await this.dependencies.kubernetes.get('ConfigMap', this.generation.spec.spec.namespace, anchor);
    return stored !== undefined;
  }
}
