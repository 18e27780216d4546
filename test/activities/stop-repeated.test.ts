/** A request to stop that was lost on its way, and what is asked again. */
import { afterEach, expect, jest, test } from '@jest/globals';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { annotations } from '../../core/names.ts';
import { generation } from '../support/generation-fixture.ts';
import type { MadeUpCluster } from '../support/made-up-cluster.ts';
import { flinkGoing, stop, stopped, stopSavepoint } from '../support/stopped-job.ts';

afterEach(() => void jest.restoreAllMocks());

const checkpoint = { path: 'file:/c/chk-7', modified: 1 };
const there = { hasPods: true, isReady: true, checkpoint, isFirst: true };

/** The first request does not arrive. */
function flinkNotReached(onLoss: () => void = () => undefined) {
  const flink = flinkGoing(['RUNNING']);
  const triggers: string[] = [];
  const stopWithSavepoint: FlinkClient['stopWithSavepoint'] = async (jobId, request) => {
    triggers.push(request.triggerId);
    if (triggers.length > 1) return (await flink.stopWithSavepoint?.(jobId, request)) ?? '';
    onLoss();
    throw new FlinkUnreachable('reset');
  };
  return { triggers, flink: { ...flink, stopWithSavepoint } };
}

test('one that did not arrive is sent again, and the job goes on from its savepoint', async () => {
  const { flink, triggers } = flinkNotReached();
  const { outcome, done } = stop({ ...there, flink });
  await expect(outcome).resolves.toMatchObject({ kind: 'savepoint', restorePoint: stopSavepoint });
  expect(triggers).toEqual([triggers[0], triggers[0]]);
  expect(done).toEqual([`noted ${annotations.stopping}`]);
});

const forgets = generation({ spec: { flink: { configuration: { 'rest.async.store-duration': '0 s' } } } });

test.each<[string, Partial<MadeUpCluster>]>([
  ['by another process than the first', { isFirst: false }],
  ['by one that keeps no answers', { generation: forgets }],
])('what is not known %s may have been carried out: it is not asked again', async (_title, cluster) => {
  const { flink, triggers } = flinkNotReached();
  const wish = cluster.generation && { generation: cluster.generation };
  const { outcome } = stop({ ...there, flink, ...cluster }, wish);
  await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
  expect(triggers).toHaveLength(1);
});

test('nor is what was sent so long ago that its answer may be forgotten', async () => {
  const now = performance.now.bind(performance);
  const { flink, triggers } = flinkNotReached(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 5 * 60_000);
  });
  const { outcome } = stop({ ...there, flink });
  await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
  expect(triggers).toHaveLength(1);
});

test('nor is what an attempt before may have sent', async () => {
  const notes = { [annotations.stopping]: `${stopped.submission}/another` };
  const { flink, triggers } = flinkNotReached();
  const { outcome } = stop({ ...there, flink, notes });
  await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
  expect(triggers).toEqual([]);
});
