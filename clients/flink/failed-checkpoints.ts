/** Which checkpoints have failed since one was good. Flink numbers and counts savepoints with them; these say nothing of checkpoints. */
import type { Checkpoints, FailedCheckpoint } from './client.ts';

/** The newest checkpoint that has failed since one was completed or restored; undefined where none has. */
export function newestFailed(checkpoints: Checkpoints): FailedCheckpoint | undefined {
  const { latestFailed, recentFailed } = checkpoints;
  const all = latestFailed ? [latestFailed, ...recentFailed] : recentFailed;
  return all.find(({ id, savepoint }) => !savepoint && id > goodIdOf(checkpoints));
}

/** How many have failed since then, as far as Flink tells: one at least where there is a newest. */
export function failedInARow(checkpoints: Checkpoints): number {
  const newest = newestFailed(checkpoints);
  if (!newest) return 0;
  const { counts, recentCompleted, recentFailed } = checkpoints;
  const goodId = goodIdOf(checkpoints);
  const isBetween = ({ id, savepoint }: Pick<FailedCheckpoint, 'id' | 'savepoint'>) =>
    savepoint && id > goodId && id < newest.id;
  const savepoints = [...recentCompleted, ...recentFailed].filter(isBetween).length;
  const failed = counts.failed - recentFailed.filter(({ savepoint }) => savepoint).length;
  // Numbers after the newest good one have failed or are under way; a restore may skip some.
  return Math.max(1, Math.min(failed, newest.id - goodId - savepoints));
}

/** Flink's numbers go on from what was restored, and a job may have completed none since. */
function goodIdOf({ latestCompleted, latestRestored }: Checkpoints): number {
  return Math.max(latestCompleted?.id ?? 0, latestRestored?.id ?? 0);
}
