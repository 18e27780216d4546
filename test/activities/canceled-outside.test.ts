/** A job that somebody cancels in Flink while an operation waits for it: the wait ends at once, and says so. */
import { expect, test } from '@jest/globals';
import { confirmCheckpoint } from '../../activities/cluster/confirm-checkpoint.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { waitStable } from '../../activities/cluster/wait-stable.ts';
import { waitTasks } from '../../activities/cluster/wait-tasks.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { flinkJobId } from '../../core/names.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const awaited = generation();
const job: JobSummary = {
  id: flinkJobId(awaited.identity, awaited.submission),
  name: 'orders',
  state: 'CANCELED',
  startedAtMs: 1,
  endedAtMs: 2,
  tasksTotal: 1,
  tasks: { CANCELED: 1 },
};
const flink: Partial<FlinkClient> = { jobs: async () => [job], exceptions: async () => ({ history: [] }) };

/** So much shorter than the test's own time that a wait to its end is told from one that ends at once. */
const waitMs = 1_000;
const input = { generation: awaited, waitMs, stableMs: 0 };

test.each<[string, (dependencies: ClusterDependencies) => Promise<unknown>]>([
  ['all its tasks', (dependencies) => waitTasks(dependencies, input)],
  ['a checkpoint', (dependencies) => confirmCheckpoint(dependencies, input)],
  ['a time without a restart', (dependencies) => waitStable(dependencies, input)],
])('is not waited for any longer: %s', async (_what, wait) => {
  const { dependencies } = madeUpCluster({ generation: awaited, flink, hasPods: true });
  await expect(asActivity(() => wait(dependencies))).rejects.toMatchObject({ type: 'JOB_CANCELED_OUTSIDE' });
});
