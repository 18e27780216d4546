/** Whether a job that Flink calls FINISHED was stopped with a savepoint. */
import { isNewestPoint } from '../../core/stopping.ts';
import type { CheckpointRecord, Checkpoints } from './client.ts';

/**
 * The savepoint with which it was stopped, by whomever; undefined where it was not, or ran again after it.
 * @param endedAtMs when the job ended, as its JobManager lists it
 */
export function stoppedWith(checkpoints: Checkpoints, endedAtMs: number | undefined): CheckpointRecord | undefined {
  const { latestSavepoint, latestCompleted } = checkpoints;
  if (!latestSavepoint?.isStop || !isNewestPoint(latestSavepoint, latestCompleted?.id)) return undefined;
  return hasRunAgain(checkpoints, endedAtMs) ? undefined : latestSavepoint;
}

/**
 * Whether the job was restored after its newest savepoint, and ended after that: it failed while it stopped, and Flink ran it again. A restore
 * later than the end is from before the JobManager's clock was set back.
 */
export function hasRunAgain({ latestSavepoint, latestRestored }: Checkpoints, endedAtMs: number | undefined): boolean {
  if (!latestSavepoint || !latestRestored || endedAtMs === undefined) return false;
  const { restoredAtMs } = latestRestored;
  return restoredAtMs > latestSavepoint.completedAtMs && restoredAtMs <= endedAtMs;
}
