/**
 * Takes a savepoint of a job that runs on. The request is named before it is made, so an attempt that takes over finds it:
 * at the JobManager, in its statistics, or as files in the operation's own folder. Only then is it asked for again.
 */
import { Context } from '@temporalio/activity';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import { diagnoseSavepointFailure } from '../../core/diagnosis/job-failure.ts';
import { jobEnded, notRunning, savepointTimedOut } from '../../core/diagnosis/savepoint-failures.ts';
import { flinkJobId, ownSavepointDirectory, ownSavepointTriggerId } from '../../core/names.ts';
import type { SavepointFormat } from '../../core/savepoint.ts';
import { liesBelow } from '../../core/storage-uri.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { storedPoint } from './restore-point.ts';
import { failureBehind, pointSeen, type PointSize } from './savepoint-look.ts';
import { runStorageTool } from './storage-pod.ts';
import { supervise } from './supervise.ts';

export interface TakeSavepointInput extends GenerationInput {
  /** Names the request: the uid of the job, and the operation's number. */
  readonly requester: { readonly uid: string; readonly operation: number };
  readonly format: SavepointFormat;
  /** Where savepoints of all jobs lie, as the spec says it. */
  readonly root: string;
}

export interface TakenSavepoint extends PointSize {
  readonly detail: string;
  readonly path: string;
}

/** How long a job that restarts is waited for before a savepoint is asked of it. */
const runningMs = 60_000;

/** Flink's own timeout, where a job does not tell it. */
const timeoutMsDefault = 600_000;

/** Flink ends a savepoint itself when its timeout is over: what that takes to be told. */
const marginMs = 30_000;

/** Repeatable. @throws what the savepoint failed with, JOB_NOT_RUNNING, or SAVEPOINT_TIMED_OUT. */
export function takeSavepoint(dependencies: ClusterDependencies, input: TakeSavepointInput): Promise<TakenSavepoint> {
  return withFailures(() => withHeartbeat((signal) => new Taking(dependencies, input, signal).run()));
}

class Taking {
  private readonly dependencies: ClusterDependencies;
  private readonly input: TakeSavepointInput;
  private readonly signal: AbortSignal;
  private readonly jobId: string;
  private readonly triggerId: string;
  private readonly folder: string;
  /** Whether it may have been asked for, by this attempt or another one, and the JobManager may not know it. */
  private mayBeThere = Context.current().info.attempt > 1;
  private seen = 'the job is not listed';

  constructor(dependencies: ClusterDependencies, input: TakeSavepointInput, signal: AbortSignal) {
    const { generation, requester, root } = input;
    this.dependencies = dependencies;
    this.input = input;
    this.signal = signal;
    this.jobId = flinkJobId(generation.identity, generation.submission);
    this.triggerId = ownSavepointTriggerId(requester.uid, requester.operation);
    this.folder = ownSavepointDirectory(root, requester.uid, requester.operation);
  }

  async run(): Promise<TakenSavepoint> {
    const { generation } = this.input;
    const base = { generation, signal: this.signal };
    const timeoutMs = await supervise(this.dependencies, {
      ...base,
      waitMs: runningMs,
      look: (flink) => this.timeoutOnceReady(flink),
      whenTimeIsUp: (silence) => notRunning(generation, silence ?? this.seen),
    });
    return supervise(this.dependencies, {
      ...base,
      waitMs: timeoutMs + marginMs,
      look: (flink) => this.look(flink),
      whenTimeIsUp: (silence) => savepointTimedOut(timeoutMs + marginMs, silence),
    });
  }

  /** Flink's own limit for the savepoint, once there is one or it can be asked for. */
  private async timeoutOnceReady(flink: FlinkClient): Promise<number | undefined> {
    const status = await flink.savepointStatus(this.jobId, this.triggerId);
    if (status.state === 'unknown' && !this.mayBeThere && !(await this.runs(flink))) return undefined;
    return (await flink.checkpointConfig(this.jobId))?.timeoutMs ?? timeoutMsDefault;
  }

  private async look(flink: FlinkClient): Promise<TakenSavepoint | undefined> {
    const status = await flink.savepointStatus(this.jobId, this.triggerId);
    if (status.state === 'inProgress') return undefined;
    if (status.state === 'completed') return this.taken(flink, status.location);
    if (status.state === 'failed') throw failed(await this.diagnosis(flink, status.cause.stackTrace));
    const found = this.mayBeThere ? await this.found(flink) : undefined;
    if (found !== undefined) return this.taken(flink, found);
    if (await this.runs(flink)) await this.ask(flink);
    return undefined;
  }

  /** Whether a savepoint can be asked for now. @throws when the job has ended. */
  private async runs(flink: FlinkClient): Promise<boolean> {
    const job = (await flink.jobs()).find(({ id }) => id === this.jobId);
    if (job?.endedAtMs !== undefined) throw failed(jobEnded(this.input.generation, job.state));
    this.seen = job
      ? `it is ${job.state}, with ${tasksThere(job.tasks)} of ${job.tasksTotal} tasks running`
      : this.seen;
    return job?.state === 'RUNNING' && tasksThere(job.tasks) === job.tasksTotal;
  }

  private async ask(flink: FlinkClient): Promise<void> {
    // Set before it is sent: without an answer it may have come.
    this.mayBeThere = true;
    const { triggerId, folder: targetDirectory } = this;
    await flink.triggerSavepoint(this.jobId, { triggerId, targetDirectory, format: this.input.format });
  }

  /** The JobManager has forgotten the request, or was replaced: its statistics tell, or else the files. */
  private async found(flink: FlinkClient): Promise<string | undefined> {
    const newest = (await flink.checkpoints(this.jobId))?.latestSavepoint?.path;
    if (newest !== undefined && liesBelow(newest, this.folder)) return newest;
    // Looked for once: what is not there now comes only of another request.
    this.mayBeThere = false;
    const args = ['newest-savepoint', this.folder];
    const answer = await runStorageTool(this.dependencies, this.input.generation, args, this.signal);
    return storedPoint('savepoint', answer)?.path;
  }

  private async taken(flink: FlinkClient, path: string): Promise<TakenSavepoint> {
    const size = await pointSeen(flink, this.jobId, path, this.signal);
    return { detail: path, path, ...size };
  }

  /** A job that fails over it takes the savepoint down with it: why it failed says more then. */
  private async diagnosis(flink: FlinkClient, trace: string) {
    const isJobs = /Checkpoint Coordinator is suspending|task.* failed|FailureManager/i.test(trace);
    const cause = isJobs ? await failureBehind(flink, this.jobId, this.signal) : undefined;
    return diagnoseSavepointFailure(cause ?? trace, this.input.generation.spec.spec);
  }
}
