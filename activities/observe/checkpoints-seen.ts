/** What Flink tells of a job's checkpoints, as an observation has it. */
import type { Checkpoints } from '../../clients/flink/client.ts';
import { failedInARow, newestFailed } from '../../clients/flink/failed-checkpoints.ts';
import { stoppedWith } from '../../clients/flink/stopped-with.ts';
import type { CheckpointObserved, CheckpointsObserved } from '../../core/observation/observation.ts';

export function checkpointsSeen(
  checkpoints: Checkpoints,
  intervalMs: number | undefined,
  endedAtMs: number | undefined,
): CheckpointsObserved {
  const { counts, latestCompleted, latestRestored } = checkpoints;
  const stop = stoppedWith(checkpoints, endedAtMs);
  const failed = newestFailed(checkpoints);
  const readAtMs = Date.now();
  const savepointAtMs = savepointUntil(checkpoints, readAtMs);
  return {
    readAtMs,
    ...(latestRestored && { restoredAtMs: latestRestored.restoredAtMs }),
    ...(savepointAtMs !== undefined && { savepointAtMs }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(stop?.path !== undefined && { stoppedWith: stop.path }),
    ...(latestCompleted && { newest: newestOf(latestCompleted) }),
    failures: failedInARow(checkpoints),
    ...(failed && {
      failure: {
        code: 'CHECKPOINT_FAILED',
        message: `Checkpoint ${failed.id} failed: ${failed.message}`,
        cure: `See the job's checkpoints in the Flink UI (${counts.failed} have failed in all) and its storage.`,
      },
    }),
  };
}

function newestOf(latest: NonNullable<Checkpoints['latestCompleted']>): CheckpointObserved {
  const { id, completedAtMs, triggeredAtMs, stateBytes, path } = latest;
  return {
    id,
    completedAtMs,
    durationMs: Math.max(0, completedAtMs - triggeredAtMs),
    sizeBytes: stateBytes,
    ...(path !== undefined && { path }),
  };
}

/** Until when a savepoint was under way, whatever became of it; undefined where Flink tells of none. */
function savepointUntil(
  { latestSavepoint, latestFailed, recentFailed, savepointUnderWay }: Checkpoints,
  readAtMs: number,
): number | undefined {
  if (savepointUnderWay) return readAtMs;
  const failed = [...(latestFailed ? [latestFailed] : []), ...recentFailed].filter(({ savepoint }) => savepoint);
  const ends = [
    ...failed.map(({ failedAtMs }) => failedAtMs),
    ...(latestSavepoint ? [latestSavepoint.completedAtMs] : []),
  ];
  return ends.length === 0 ? undefined : Math.max(...ends);
}
