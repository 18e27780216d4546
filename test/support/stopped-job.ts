/** A job that is stopped in a made-up cluster. */
import { jest } from '@jest/globals';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';
import { generation } from './generation-fixture.ts';
import { listedJob } from './listed-job.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from './made-up-cluster.ts';

export const stopped = generation();

/** Where the stop's savepoint lies. */
export const stopSavepoint = 'file:/s/stop-2-1/savepoint-1';

export type Wish = Partial<StopJobInput>;

/** Stops the job, with a savepoint unless said otherwise. */
export function stop(cluster: Partial<MadeUpCluster>, wish: Wish = {}) {
  const made = madeUpCluster({ generation: stopped, ...cluster });
  const input = {
    generation: stopped,
    requester: { uid: 'k3jx9a2b', operation: 9 },
    how: 'savepoint',
    ...wish,
  } as const;
  return { ...made, outcome: asActivity(() => stopJob(made.dependencies, input)) };
}

/** So fast that the minutes of a stop are over in a few looks. */
export function hurry(): void {
  const beganAt = performance.now();
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => beganAt + (now() - beganAt) * 1_000);
}

/** Flink goes from one state to the next with every look; after a cancellation or a savepoint the job has ended. */
export function flinkGoing(states: readonly (FlinkJobState | 'silent')[]): Partial<FlinkClient> {
  const left = [...states];
  let endedAs: FlinkJobState | undefined;
  return {
    jobs: async () => {
      const state = endedAs ?? (left.length > 1 ? left.shift() : left[0]);
      if (state === undefined || state === 'silent') throw new FlinkUnreachable('reset');
      return [listedJob(stopped, state)];
    },
    job: async (id) => ({ ...listedJob(stopped, 'FINISHED'), id, nowMs: 502, enteredAtMs: {}, vertices: [] }),
    exceptions: async () => ({ history: [] }),
    savepointStatus: async () => (endedAs ? { state: 'completed', location: stopSavepoint } : { state: 'unknown' }),
    checkpointConfig: async () => undefined,
    checkpoints: async () => undefined,
    cancel: async () => {
      endedAs = 'CANCELED';
      return true;
    },
    stopWithSavepoint: async () => {
      endedAs = 'FINISHED';
      return '';
    },
  };
}
