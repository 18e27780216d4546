/** What is found under a job's name, on anchors that a test makes up. */
import { beforeEach, expect, test } from '@jest/globals';
import { findGenerations } from '../../activities/cluster/find-generations.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import type { FoundGeneration } from '../../core/adoption.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations } from '../../core/names.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';

const own = someGeneration(2);
const others = someGeneration(1, {
  identity: { ...own.identity, uid: 'zzzzzzzz', number: 1 },
  spec: smallSpec({ cluster: 'elsewhere' }),
});
let anchors: Generation[];

const dependencies = {
  kubernetes: { list: async () => anchors.map((generation) => structuredClone(renderAnchor(generation, 1))) },
  flink: () => ({ jobs: async () => [] }),
} as unknown as ClusterDependencies;

const job = { tenant: 'default', name: 'orders', namespace: 'flink' };

beforeEach(() => void (anchors = [own, others]));

test('is everything, where the caller does not say what it calls the cluster', async () => {
  const { found } = await findGenerations(dependencies, job);
  expect(found.map(({ identity }) => identity.uid)).toEqual(['abcdefgh', 'zzzzzzzz']);
});

test('is nothing of another control plane for one that removes its own job', async () => {
  const { found } = await findGenerations(dependencies, { ...job, cluster: 'local' });
  expect(found.map(({ identity }) => identity.uid)).toEqual(['abcdefgh']);
});

test('is refused to one that starts a job, where another control plane has the name', async () => {
  const asked = findGenerations(dependencies, { ...job, cluster: 'local', mustBeAlone: true });
  await expect(asked).rejects.toMatchObject({
    type: 'NAME_TAKEN',
    message: expect.stringContaining('flink/orders-zzzzzzzz-1 is of a job of this name in cluster elsewhere'),
  });
});

test('is what it always was, where nobody else has the name', async () => {
  anchors = [own];
  const { found, detail } = await findGenerations(dependencies, { ...job, cluster: 'local', mustBeAlone: true });
  expect(found).toMatchObject([{ ...own, running: false, leaving: false }]);
  expect(detail).toBe('generation abcdefgh-2: no job runs');
});

const since = '2026-01-01T00:00:00.000Z';

test.each<[string, Record<string, string>, Partial<FoundGeneration>]>([
  ['that completed a checkpoint', { [annotations.checkpointed]: '1' }, { checkpointed: true }],
  ['whose earlier submission did', { [annotations.checkpointed]: '0' }, { checkpointed: undefined }],
  [
    'that was seen to run',
    { [annotations.ran]: '1', [annotations.ranSince]: since },
    { ran: { submission: 1, sinceMs: Date.parse(since) } },
  ],
  ['whose earlier submission was', { [annotations.ran]: '0', [annotations.ranSince]: since }, { ran: undefined }],
  ['that was by a release that noted no time', { [annotations.ran]: '1' }, { ran: undefined }],
])('is told of a submission %s', async (_title, noted, { checkpointed, ran }) => {
  const anchor = structuredClone(renderAnchor(own, 1));
  const annotated = { ...anchor.metadata.annotations, [annotations.submission]: '1', ...noted };
  const kubernetes = { list: async () => [{ ...anchor, metadata: { ...anchor.metadata, annotations: annotated } }] };
  const { found } = await findGenerations({ ...dependencies, kubernetes } as unknown as ClusterDependencies, job);
  expect(found.map((one) => [one.checkpointed, one.ran])).toEqual([[checkpointed, ran]]);
});
