/** What a job's statistics tell of a savepoint that was just taken. */
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
