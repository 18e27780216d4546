/** One look at a job whose parallelism changes, after the other: what it is asked for, and how far it is. */
import type { FlinkClient, JobDetail } from '../../clients/flink/client.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import { pauseOf } from '../../core/rescale/pause.ts';
import { progressOfRescale } from '../../core/rescale/progress.ts';
import type { VertexParallelism } from '../../core/rescale/vertex-parallelism.ts';
import { failed } from '../failures.ts';
import type { WaitInput } from './dependencies.ts';
import { assertNotEndedOutside } from './ended-outside.ts';

export interface RescaleLookInput extends WaitInput {
  readonly parallelism: VertexParallelism;
}

/** How it went. */
export interface Rescaled {
  readonly detail: string;
  readonly pauseMs?: number;
  /** Whether the job has finished by itself. */
  readonly finished?: boolean;
}

/** How many failures with Flink's own restarts between them are taken as final. */
const failuresMax = 3;

/** Flink 2 rescales with a checkpoint, but not with one that falls into its cooldown: then the next one counts. */
const checkpointsEveryMs = 1_000;

export class RescaleLook {
  private readonly generation: Generation;
  private readonly wanted: VertexParallelism;
  private readonly waitMs: number;
  private readonly id: string;
  private seen = 'the job is not listed';
  private cause: string | undefined;
  /** When the newest failure before this wait happened. */
  private failedBeforeMs: number | undefined;
  private triggerId: string | undefined;
  private nextCheckpointAt = 0;

  constructor({ generation, parallelism, waitMs }: RescaleLookInput) {
    this.generation = generation;
    this.wanted = parallelism;
    this.waitMs = waitMs;
    this.id = flinkJobId(generation.identity, generation.submission);
  }

  async look(flink: FlinkClient, signal: AbortSignal): Promise<Rescaled | undefined> {
    const state = (await flink.jobs()).find((one) => one.id === this.id)?.state;
    await assertNotEndedOutside({ flink, generation: this.generation, signal }, state);
    if (state === 'FINISHED') return { detail: 'the job has finished', finished: true };
    await this.assertNotFailing(flink, state);
    const job = await flink.job(this.id);
    // It is cached: what is listed may be newer.
    if (!job || job.state !== state) return undefined;
    const progress = progressOfRescale(job, this.wanted);
    this.seen = progress.text;
    if (progress.done) return this.done(flink, job);
    if (!progress.rescaled && state === 'RUNNING') await this.checkpoint(flink);
    return undefined;
  }

  /** Why the wait was in vain. */
  failure(silence: string | undefined): Failure {
    if (this.cause !== undefined) return diagnoseJobFailure(this.cause, this.generation.spec.spec);
    return {
      code: 'TASKS_NOT_RUNNING',
      message: `Not all tasks ran at the new parallelism within ${Math.round(this.waitMs / 1000)} s: ${silence ?? this.seen}.`,
      cure: 'See the job in the Flink UI and its free slots; raise spec.deadlines.running if its checkpoint or restoring needs longer.',
    };
  }

  private async assertNotFailing(flink: FlinkClient, state: string | undefined): Promise<void> {
    if (state === 'FAILED') throw failed(await this.diagnosis(flink));
    const { history = [] } = (await flink.exceptions(this.id)) ?? {};
    this.failedBeforeMs ??= history[0]?.timestampMs ?? 0;
    const before = this.failedBeforeMs;
    const since = history.filter(({ timestampMs = 0 }) => timestampMs > before);
    this.cause = since[0]?.stackTrace;
    if (since.length >= failuresMax) throw failed(await this.diagnosis(flink));
  }

  private async diagnosis(flink: FlinkClient): Promise<Failure> {
    return diagnoseJobFailure((await flink.failureCause(this.id))?.stackTrace ?? '', this.generation.spec.spec);
  }

  private async done(flink: FlinkClient, job: JobDetail): Promise<Rescaled | undefined> {
    const [checkpoints, ...vertices] = await Promise.all([
      flink.checkpoints(this.id),
      ...job.vertices.map((vertex) => flink.subtasks(this.id, vertex.id)),
    ]);
    const restored = checkpoints?.latestRestored?.id;
    const wentOnFromMs = checkpoints?.recentCompleted.find(({ id }) => id === restored)?.completedAtMs;
    const createdAtMs = job.enteredAtMs.CREATED;
    const runningAtMs = vertices.flatMap((subtasks = []) => subtasks.map((one) => one.runningAtMs));
    // What is told of subtasks is cached on its own.
    if (runningAtMs.includes(undefined)) return undefined;
    const pauseMs = pauseOf({
      runningAtMs,
      ...(wentOnFromMs !== undefined && { wentOnFromMs }),
      ...(createdAtMs !== undefined && { createdAtMs }),
    });
    return { detail: this.seen, ...(pauseMs !== undefined && { pauseMs }) };
  }

  /** Flink 1.20 needs none, and would lose time with it. */
  private async checkpoint(flink: FlinkClient): Promise<void> {
    if (this.generation.spec.spec.flink.version === '1.20') return;
    if (this.triggerId !== undefined) {
      const { state } = await flink.checkpointStatus(this.id, this.triggerId);
      if (state === 'inProgress') return;
      this.triggerId = undefined;
      this.nextCheckpointAt = performance.now() + checkpointsEveryMs;
    }
    if (performance.now() < this.nextCheckpointAt) return;
    if ((await flink.checkpointConfig(this.id)) === undefined) return;
    this.triggerId = await flink.triggerCheckpoint(this.id);
  }
}
