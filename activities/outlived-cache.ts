/** What Flink answers of checkpoints comes from a cache: of a job that has ended, an answer may be from before its end. */
import { setTimeout as pause } from 'node:timers/promises';
import { checkpointCacheMs, checkpointCacheMsMax } from '../core/flink/configuration-rest.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';

/**
 * Waits until what Flink answers of checkpoints was made after the job was seen to have ended, and so knows the last of them.
 * @param endSeenAt by this process's own clock, in milliseconds.
 * @returns whether it was: false where a spec that an older release took has answers kept for longer than is waited.
 * @throws the signal's reason when that is aborted
 */
export async function outlivedCache(
  job: FlinkJob,
  endSeenAt: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const cachedMs = checkpointCacheMs(job);
  const freshAt = endSeenAt + Math.min(cachedMs, checkpointCacheMsMax);
  for (;;) {
    const leftMs = freshAt - performance.now();
    if (leftMs <= 0) return cachedMs <= checkpointCacheMsMax;
    await pause(Math.ceil(leftMs), undefined, signal && { signal });
  }
}
