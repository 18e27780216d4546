/** Sees a checkpoint completed since the job started: the proof that it can write its state. Drey asks for one itself. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { diagnoseCheckpointFailure, diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { noteOnAnchor } from './anchor.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { assertNotEndedOutside } from './ended-outside.ts';
import { supervise } from './supervise.ts';

/** How many failed checkpoints in a row are taken as final: the first may fall into the job's start. */
const failuresMax = 3;

export interface Confirmed {
  readonly detail: string;
  /** Whether the job has finished by itself. */
  readonly finished?: boolean;
  /** Whether the job makes no checkpoints: what it started from stays the only point that it has. */
  readonly makesNone?: boolean;
}

/** Waits for a checkpoint, triggering one. A job that has finished meanwhile needs none. */
export function confirmCheckpoint(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  const id = flinkJobId(generation.identity, generation.submission);
  const confirmation = new Confirmation(generation, id);
  return withFailures(async () => {
    const confirmed = await withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: (...now) => confirmation.look(...now),
        whenTimeIsUp: (silence) => ({
          code: 'CHECKPOINT_TIMED_OUT',
          message: `No checkpoint completed within ${Math.round(waitMs / 1000)} s${silence ? `: ${silence}` : ''}.`,
          cure: 'See the checkpoints in the Flink UI: most often a task is backpressured or the storage is slow.',
        }),
      }),
    );
    if (confirmation.hasSeenOne)
      await noteOnAnchor(dependencies.kubernetes, generation, {
        [annotations.checkpointed]: String(generation.submission),
      });
    return confirmed;
  });
}

class Confirmation {
  private readonly generation: Generation;
  private readonly id: string;
  private triggerId: string | undefined;
  private failures = 0;
  hasSeenOne = false;

  constructor(generation: Generation, id: string) {
    this.generation = generation;
    this.id = id;
  }

  async look(flink: FlinkClient, signal: AbortSignal): Promise<Confirmed | undefined> {
    const job = (await flink.jobs()).find((one) => one.id === this.id);
    await assertNotEndedOutside({ flink, generation: this.generation, signal }, job?.state);
    if (job?.state === 'FINISHED') return { detail: 'the job has finished', finished: true };
    if (job?.state === 'FAILED') {
      const cause = await flink.failureCause(this.id);
      throw failed(diagnoseCheckpointFailure(cause?.stackTrace ?? 'the job failed', this.generation.spec.spec));
    }
    // A checkpoint cannot be asked of a job that restarts; it is asked again when it runs.
    if (job?.state !== 'RUNNING') return undefined;
    if (this.triggerId === undefined && (await flink.checkpointConfig(this.id)) === undefined) {
      return { detail: 'the job makes no checkpoints', makesNone: true };
    }
    this.triggerId ??= await flink.triggerCheckpoint(this.id);
    return this.resultOf(flink, this.triggerId);
  }

  private async resultOf(flink: FlinkClient, triggerId: string): Promise<{ detail: string } | undefined> {
    const result = await flink.checkpointStatus(this.id, triggerId);
    if (result.state === 'completed') {
      this.hasSeenOne = true;
      return { detail: `checkpoint ${result.checkpointId}` };
    }
    if (result.state === 'inProgress') return undefined;
    this.triggerId = undefined;
    if (result.state === 'failed') this.failures += 1;
    if (result.state === 'failed' && this.failures >= failuresMax) {
      throw failed(await this.reasonOf(flink, result.cause.stackTrace));
    }
    return undefined;
  }

  /** A job that falls again and again completes no checkpoint: then why it falls is what the reader must know. */
  private async reasonOf(flink: FlinkClient, checkpointTrace: string): Promise<Failure> {
    const { spec } = this.generation.spec;
    const jobTrace = (await flink.failureCause(this.id))?.stackTrace;
    const falls = jobTrace !== undefined && !/tolerable failure threshold/i.test(jobTrace);
    return falls ? diagnoseJobFailure(jobTrace, spec) : diagnoseCheckpointFailure(checkpointTrace, spec);
  }
}
