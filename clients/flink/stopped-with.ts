/** Whether a job that Flink calls FINISHED was stopped with a savepoint. */
import { isNewestPoint } from '../../core/stopping.ts';
import type { CheckpointRecord, Checkpoints } from './client.ts';

/** The savepoint with which it was stopped, by whomever; undefined where it was not, or completed checkpoints after it. */
export function stoppedWith({ latestSavepoint, latestCompleted }: Checkpoints): CheckpointRecord | undefined {
  return latestSavepoint?.isStop && isNewestPoint(latestSavepoint, latestCompleted?.id) ? latestSavepoint : undefined;
}
