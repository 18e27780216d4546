/** Whether a job that Flink calls FINISHED was stopped with a savepoint. */
import type { CheckpointRecord, Checkpoints } from './client.ts';

/** The savepoint with which it was stopped, by whomever; undefined where it was not, or completed checkpoints after it. */
export function stoppedWith({ latestSavepoint, latestCompleted }: Checkpoints): CheckpointRecord | undefined {
  if (!latestSavepoint?.isStop) return undefined;
  return latestSavepoint.id > (latestCompleted?.id ?? 0) ? latestSavepoint : undefined;
}
