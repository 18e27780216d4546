/** What a job's statistics tell of a savepoint that was just taken, or that just failed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import { isSamePlace } from '../../core/storage-uri.ts';

export interface PointSize {
  readonly sizeBytes?: number;
  /** Milliseconds since 1970. */
  readonly completedAtMs?: number;
  /** Whether the job has completed a checkpoint of its own since it was started: what it started from is not needed then. */
  readonly hasCheckpoint?: boolean;
}

/** Flink answers from a cache that is up to 100 ms old. */
const pauseMs = 60;
const looksMax = 5;

/** A job's exceptions are told within a second. */
const failurePauseMs = 150;
const failureLooksMax = 14;

/** A JobManager that was replaced meanwhile tells nothing of it. */
export async function pointSeen(
  flink: FlinkClient,
  jobId: string,
  path: string,
  signal: AbortSignal,
): Promise<PointSize> {
  for (let look = 1; look <= looksMax; look += 1) {
    const seen = await flink.checkpoints(jobId);
    const size = seen && sizeIn(seen, path);
    if (size) return size;
    await pause(pauseMs, undefined, { signal });
  }
  return {};
}

function sizeIn({ latestSavepoint, latestCompleted, latestRestored }: Checkpoints, path: string) {
  if (latestSavepoint?.path === undefined || !isSamePlace(latestSavepoint.path, path)) return undefined;
  const { stateBytes, completedAtMs } = latestSavepoint;
  const hasCheckpoint =
    latestCompleted !== undefined && latestCompleted.triggeredAtMs > (latestRestored?.restoredAtMs ?? 0);
  return { sizeBytes: stateBytes, completedAtMs, hasCheckpoint };
}

/** By Flink's own clock: an exception from longer before the savepoint failed has nothing to do with it. */
const togetherMs = 10_000;

/** The exception with which the job failed over a savepoint: it is told a moment after the savepoint's own failure. */
export async function failureBehind(
  flink: FlinkClient,
  jobId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let look = 1; look <= failureLooksMax; look += 1) {
    const [cause, seen] = await Promise.all([flink.failureCause(jobId), flink.checkpoints(jobId)]);
    const failedAtMs = seen?.latestFailed?.failedAtMs;
    const isOfIt = failedAtMs !== undefined && (cause?.timestampMs ?? 0) > failedAtMs - togetherMs;
    if (cause && isOfIt) return cause.stackTrace;
    await pause(failurePauseMs, undefined, { signal });
  }
  return undefined;
}
