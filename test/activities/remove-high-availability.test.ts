/** What is told of Flink's high-availability files, in a made-up cluster. */
import { expect, test } from '@jest/globals';
import { removeHighAvailability } from '../../activities/cluster/remove-high-availability.ts';
import { flinkJobId, highAvailabilityMapName } from '../../core/names.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const removed = generation();
const { identity, submission } = removed;

test.each([
  [false, undefined],
  [true, expect.stringMatching(/^files are left in file:.*access denied/)],
])('where the storage refuses: %s', async (readsFail, left) => {
  const { dependencies } = madeUpCluster({ generation: removed, readsFail: () => readsFail });
  const name = highAvailabilityMapName(identity, flinkJobId(identity, submission));
  await dependencies.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'streaming' },
  });
  const outcome = await asActivity(() => removeHighAvailability(dependencies, { generation: removed }));
  expect(outcome.left).toEqual(left);
});
