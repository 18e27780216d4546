/** A job that somebody ends in Flink while an operation waits for it. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { stoppedWith } from '../../clients/flink/stopped-with.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed } from '../failures.ts';
import { outlivedCache } from '../outlived-cache.ts';

/** A job that an operation waits for. */
export interface AwaitedJob {
  readonly flink: FlinkClient;
  readonly generation: Generation;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** @param state what Flink lists. @throws JOB_CANCELED_OUTSIDE where that is the end that somebody has made of it. */
export async function assertNotEndedOutside(awaited: AwaitedJob, state: string | undefined): Promise<void> {
  if (state === 'CANCELED') throw failed(canceled);
  if (state !== 'FINISHED') return;
  const path = await stopSavepoint(awaited);
  if (path !== undefined) throw failed(stopped(path));
}

/** Where the savepoint lies with which a job was stopped that Flink lists as FINISHED; undefined where it has finished by itself. */
export async function stopSavepoint({ flink, generation, signal }: AwaitedJob): Promise<string | undefined> {
  // What Flink answered just before it knew of no stop.
  await outlivedCache(generation.spec, performance.now(), signal);
  const id = flinkJobId(generation.identity, generation.submission);
  const [checkpoints, jobs] = await Promise.all([flink.checkpoints(id), flink.jobs()]);
  return checkpoints && stoppedWith(checkpoints, jobs.find((job) => job.id === id)?.endedAtMs)?.path;
}

const canceled: Failure = {
  code: 'JOB_CANCELED_OUTSIDE',
  message: 'The job was canceled by somebody else while it was waited for.',
  cure: 'Apply the spec again to start it.',
};

function stopped(path: string): Failure {
  return {
    code: 'JOB_CANCELED_OUTSIDE',
    message: `The job was stopped by somebody else, with savepoint ${path}, while it was waited for.`,
    cure: 'Apply the spec again: it goes on from that savepoint.',
  };
}
