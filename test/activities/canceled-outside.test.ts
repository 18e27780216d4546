/** A job that somebody ends in Flink while an operation waits for it: the wait ends at once, and says so. */
import { describe, expect, test } from '@jest/globals';
import { checkRescale } from '../../activities/cluster/check-rescale.ts';
import { confirmCheckpoint } from '../../activities/cluster/confirm-checkpoint.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { waitFinished } from '../../activities/cluster/wait-finished.ts';
import { waitStable } from '../../activities/cluster/wait-stable.ts';
import { waitTasks } from '../../activities/cluster/wait-tasks.ts';
import type { Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';
import { listedJob } from '../support/listed-job.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const awaited = generation();

const savepoint = { id: 9, path: 'file:/by-hand/savepoint-9', isStop: true };

function flinkWith(state: FlinkJobState, points: object = {}): Partial<FlinkClient> {
  return {
    jobs: async () => [listedJob(awaited, state)],
    exceptions: async () => ({ history: [] }),
    checkpoints: async () => ({ counts: {}, recentCompleted: [], ...points }) as unknown as Checkpoints,
  };
}

/** So much shorter than the test's own time that a wait to its end is told from one that ends at once. */
const waitMs = 1_000;
const input = { generation: awaited, waitMs, stableMs: 0, parallelism: 1 };

type Wait = (dependencies: ClusterDependencies) => Promise<unknown>;

const during = (flink: Partial<FlinkClient>, wait: Wait) => {
  const { dependencies } = madeUpCluster({ generation: awaited, flink, hasPods: true });
  return asActivity(() => wait(dependencies));
};

const rescale: Wait = (dependencies) => checkRescale(dependencies, input);

const waits: readonly [string, Wait][] = [
  ['all its tasks', (dependencies) => waitTasks(dependencies, input)],
  ['a checkpoint', (dependencies) => confirmCheckpoint(dependencies, input)],
  ['a time without a restart', (dependencies) => waitStable(dependencies, input)],
  ['its end', (dependencies) => waitFinished(dependencies, input)],
];

describe.each(waits)('is not waited for any longer: %s', (_what, wait) => {
  test('where it was canceled', async () => {
    await expect(during(flinkWith('CANCELED'), wait)).rejects.toMatchObject({ type: 'JOB_CANCELED_OUTSIDE' });
  });

  test('where it was stopped with a savepoint, which Flink calls FINISHED', async () => {
    await expect(during(flinkWith('FINISHED', { latestSavepoint: savepoint }), wait)).rejects.toMatchObject({
      type: 'JOB_CANCELED_OUTSIDE',
      message: expect.stringContaining(savepoint.path),
    });
  });

  test.each<[string, object]>([
    ['without a savepoint', {}],
    ['after a savepoint that did not stop it', { latestSavepoint: { ...savepoint, isStop: false } }],
    [
      'after it was to be stopped and ran on',
      { latestSavepoint: savepoint, latestCompleted: { id: 10, path: 'file:/c/chk-10' } },
    ],
    [
      'after it was to be stopped and was restored',
      { latestSavepoint: { ...savepoint, completedAtMs: 1 }, latestRestored: { id: 8, restoredAtMs: 2 } },
    ],
  ])('where it has finished by itself %s', async (_title, points) => {
    await expect(during(flinkWith('FINISHED', points), wait)).resolves.toMatchObject({ finished: true });
  });
});

test('is not rescaled where it was stopped with a savepoint', async () => {
  const stopped = during(flinkWith('FINISHED', { latestSavepoint: savepoint }), rescale);
  await expect(stopped).resolves.toMatchObject({ ended: { code: 'JOB_NOT_RUNNING' } });
  await expect(during(flinkWith('FINISHED'), rescale)).resolves.toMatchObject({ ended: 'finished' });
});
