/** What is told of Flink's high-availability files, in a made-up cluster. */
import { expect, test } from '@jest/globals';
import { findAnchor } from '../../activities/cluster/anchor.ts';
import { removeHighAvailability } from '../../activities/cluster/remove-high-availability.ts';
import { annotations, flinkJobId, highAvailabilityMapName } from '../../core/names.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const removed = generation();
const { identity, submission } = removed;

/** The cluster, with a ConfigMap that Flink has made. */
async function withMap(wish: Partial<MadeUpCluster>) {
  const made = madeUpCluster({ generation: removed, ...wish });
  const name = highAvailabilityMapName(identity, flinkJobId(identity, submission));
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'streaming' } } as const;
  await made.dependencies.kubernetes.apply(map);
  return made;
}

test.each([
  [false, undefined],
  [true, expect.stringMatching(/^files are left in file:.*access denied/)],
])('where the storage refuses: %s', async (readsFail, left) => {
  const { dependencies } = await withMap({ readsFail: () => readsFail });
  const outcome = await asActivity(() => removeHighAvailability(dependencies, { generation: removed }));
  expect(outcome.left).toEqual(left);
});

test('where somebody has deleted the anchor they go all the same: there is one again, that goes with the rest', async () => {
  const { dependencies } = await withMap({ isGone: true });
  const anchor = () => findAnchor(dependencies.kubernetes, removed);
  expect(await anchor()).toBeUndefined();
  const outcome = await asActivity(() => removeHighAvailability(dependencies, { generation: removed }));
  expect(outcome).toEqual({ detail: expect.stringMatching(/^1 ConfigMaps; files in file:.*\/high-availability\//) });
  expect((await anchor())?.metadata.annotations).toMatchObject({ [annotations.ran]: String(submission) });
});

test('where no JobManager has run there is nothing to remove, and nothing is made for it', async () => {
  const { dependencies, done } = madeUpCluster({ generation: removed, isGone: true });
  const outcome = await asActivity(() => removeHighAvailability(dependencies, { generation: removed }));
  expect(outcome).toEqual({ detail: 'none: no JobManager has run' });
  expect(done).toEqual([]);
});
