/** A job that somebody stops with a savepoint in Flink, of which Flink's own answers do not tell at once. */
import { describe, expect, test } from '@jest/globals';
import { confirmCheckpoint } from '../../activities/cluster/confirm-checkpoint.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { waitFinished } from '../../activities/cluster/wait-finished.ts';
import { waitParallelism } from '../../activities/cluster/wait-parallelism.ts';
import { waitStable } from '../../activities/cluster/wait-stable.ts';
import { waitTasks } from '../../activities/cluster/wait-tasks.ts';
import { lookAtFlink } from '../../activities/observe/flink-look.ts';
import type { CheckpointConfig, Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { checkpointCacheMs } from '../../core/flink/configuration-rest.ts';
import { cachedFor } from '../support/cached-answers.ts';
import { generation } from '../support/generation-fixture.ts';
import { listedJob } from '../support/listed-job.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';

const stopped = generation();
const job = listedJob(stopped, 'FINISHED');
const savepoint = { id: 9, path: 'file:/by-hand/savepoint-9', isStop: true };

const flink: Partial<FlinkClient> = {
  jobs: async () => [job],
  exceptions: async () => ({ history: [] }),
  failureCause: async () => undefined,
  checkpointConfig: async () => ({ intervalMs: 1_000, retained: true }) as CheckpointConfig,
};

/** What it told a moment before it was stopped knows nothing of the savepoint. */
async function flinkThatTold(): Promise<Partial<FlinkClient>> {
  let points = {};
  const answer = () => ({ counts: {}, recentCompleted: [], recentFailed: [], ...points }) as unknown as Checkpoints;
  const checkpoints = cachedFor(checkpointCacheMs(stopped.spec), answer);
  await checkpoints(job.id);
  points = { latestSavepoint: savepoint };
  return { ...flink, checkpoints };
}

function noAnswer(): Promise<never> {
  return Promise.reject(new FlinkUnreachable('no answer within 5000 ms'));
}

/** Of its end alone the wait goes on for a minute more: there only what ends at once is looked at. */
const input = { generation: stopped, waitMs: 1_000, stableMs: 0, parallelism: {} };

type Wait = (dependencies: ClusterDependencies) => Promise<unknown>;

const bounded: readonly [string, Wait][] = [
  ['all its tasks', (dependencies) => waitTasks(dependencies, input)],
  ['a checkpoint', (dependencies) => confirmCheckpoint(dependencies, input)],
  ['a time without a restart', (dependencies) => waitStable(dependencies, input)],
  ['another parallelism', (dependencies) => waitParallelism(dependencies, input)],
];
const waits = [...bounded, ['its end', (dependencies) => waitFinished(dependencies, input)] satisfies [string, Wait]];

function during(told: Partial<FlinkClient>, wait: Wait): Promise<unknown> {
  const { dependencies } = madeUpCluster({ generation: stopped, flink: told, hasPods: true });
  return asActivity(() => wait(dependencies));
}

const look = (told: Partial<FlinkClient>) =>
  lookAtFlink({ flink: told as FlinkClient, generation: stopped }, () => true);

describe('an operation that waits for', () => {
  test.each(waits)('%s believes no answer from before the end', async (_what, wait) => {
    await expect(during(await flinkThatTold(), wait)).rejects.toMatchObject({ type: 'JOB_CANCELED_OUTSIDE' });
  });

  test.each(bounded)('%s takes no job for finished whose savepoints are not told', async (_what, wait) => {
    await expect(during(flink, wait)).rejects.toThrow('nothing answers');
  });
});

describe('an observer', () => {
  test('believes no answer from before the end', async () => {
    expect((await look(await flinkThatTold())).checkpoints?.stoppedWith).toBe(savepoint.path);
  });

  test.each(['checkpoints', 'checkpointConfig', 'exceptions'])(
    'takes no job for finished without its %s',
    async (one) => {
      expect(await look({ ...(await flinkThatTold()), [one]: noAnswer })).toMatchObject({ state: 'silent' });
    },
  );
});
