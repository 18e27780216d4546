/** How long is waited until Flink's answers about checkpoints are from after the end of a job. */
import { expect, test } from '@jest/globals';
import { stopSavepoint } from '../../activities/cluster/ended-outside.ts';
import { lookAtFlink } from '../../activities/observe/flink-look.ts';
import { outlivedCache } from '../../activities/outlived-cache.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { checkpointCacheMsMax } from '../../core/flink/configuration-rest.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { generation } from '../support/generation-fixture.ts';
import { listedJob } from '../support/listed-job.ts';

const cachedFor = (said: string) =>
  generation({ spec: { flink: { configuration: { 'rest.cache.checkpoint-statistics.timeout': said } } } });
const never = new AbortController().signal;

test.each<[string, FlinkJob, number, boolean]>([
  ['as long as the spec says', cachedFor('150 ms').spec, 0, true],
  ['no more where that is over', cachedFor('60 s').spec, 60_000, true],
  ['no longer than a minute, and that is said', cachedFor('1 h').spec, checkpointCacheMsMax, false],
])('%s', async (_title, spec, endedAgoMs, isFresh) => {
  const endSeenAt = performance.now() - endedAgoMs;
  expect(await outlivedCache(spec, endSeenAt, never)).toBe(isFresh);
  expect(performance.now() - endSeenAt).toBeGreaterThanOrEqual(150);
});

const job = cachedFor('60 s');
const finished = { jobs: async () => [listedJob(job, 'FINISHED')] } as unknown as FlinkClient;

test.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
  ['an operation', (signal) => stopSavepoint({ flink: finished, generation: job, signal })],
  ['an observer', (signal) => lookAtFlink({ flink: finished, generation: job, signal }, () => true)],
])('%s that ends waits no longer', async (_who, wait) => {
  const ending = new AbortController();
  const waited = wait(ending.signal);
  ending.abort();
  await expect(waited).rejects.toMatchObject({ name: 'AbortError' });
});
