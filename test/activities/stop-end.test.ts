/** What a stop tells of when its job ended, and when its savepoint was taken, where no JobManager could tell. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { silenceWhenAskedMs } from '../../activities/cluster/stop-limits.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { annotations } from '../../core/names.ts';
import type { MadeUpCluster } from '../support/made-up-cluster.ts';
import { flinkGoing, hurry, stop, stopped } from '../support/stopped-job.ts';

afterEach(() => void jest.restoreAllMocks());

const taken = { path: 'file:/s/stop-2-1/savepoint-1', modified: 1_000 };
const noted = { [annotations.stopping]: `${stopped.submission}/another` };

/** It is lost while it is asked. @param saw is told when it was asked for the job that ran. */
function flinkLost(saw: (atMs: number) => void): Partial<FlinkClient> {
  const flink = flinkGoing(['RUNNING']);
  let isLost = false;
  const unlessLost = <T>(answer: Promise<T> | undefined) =>
    isLost || answer === undefined ? Promise.reject(new FlinkUnreachable('reset')) : answer;
  return {
    ...flink,
    jobs: async (call) => {
      if (!isLost) saw(performance.now());
      return unlessLost(flink.jobs?.(call));
    },
    savepointStatus: async () => unlessLost(Promise.resolve({ state: 'unknown' as const })),
    stopWithSavepoint: async () => {
      isLost = true;
      throw new FlinkUnreachable('reset');
    },
  };
}

test('a job whose JobManager was lost ended no earlier than when it was last seen alive', async () => {
  hurry();
  let aliveAt = Infinity;
  const flink = flinkLost((atMs) => (aliveAt = atMs));
  const { outcome } = stop({ flink, hasPods: true, isReady: true, savepoint: taken });
  const { endedAgoMs, podsEnded } = await outcome;
  expect(podsEnded).toBe(true);
  expect(endedAgoMs).toBeGreaterThanOrEqual(silenceWhenAskedMs);
  expect(endedAgoMs).toBeLessThanOrEqual(Math.ceil(performance.now() - aliveAt));
});

test('nor did one whose pods were ended since the answer to its stop was lost', async () => {
  const { outcome } = stop({ flink: flinkGoing(['RUNNING']), notes: noted, hasPods: true, savepoint: taken });
  const { endedAgoMs, podsEnded } = await outcome;
  expect(podsEnded).toBe(true);
  expect(endedAgoMs).toBeGreaterThanOrEqual(0);
});

const refuses: Partial<FlinkClient> = {
  ...flinkGoing(['RUNNING']),
  savepointStatus: async () => ({ state: 'failed', cause: { name: 'x', stackTrace: 'x' } }),
};

test.each<[string, Partial<MadeUpCluster>]>([
  ['nobody has seen alive', { notes: noted, isReady: true }],
  ['runs on', { flink: refuses }],
])('when a job ended that %s is not told', async (_title, cluster) => {
  hurry();
  await expect(stop({ hasPods: true, ...cluster }).outcome).resolves.not.toHaveProperty('endedAgoMs');
});

test.each<[string, Partial<MadeUpCluster>, number | undefined]>([
  ['a savepoint', { savepoint: taken }, taken.modified],
  ['a savepoint of which it does not tell that', { savepoint: { ...taken, modified: 0 } }, undefined],
  ['a checkpoint', { checkpoint: { path: 'file:/c/chk-7', modified: 5 } }, undefined],
])('the storage tells when %s was taken, or nobody', async (_title, cluster, takenAtMs) => {
  expect((await stop(cluster).outcome).takenAtMs).toBe(takenAtMs);
});
