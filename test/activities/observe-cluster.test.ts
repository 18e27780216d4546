/** The activity itself, from its begin to its end. */
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { expect, test } from '@jest/globals';
import { observeCluster, type ObserverDependencies } from '../../activities/observe/observe-cluster.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';

/** Observes that shard until its first heartbeat, and is canceled then. @returns whether it said that nobody compares the jobs any more. */
async function endedWith(shard: number): Promise<boolean> {
  const ending = new AbortController();
  const said: string[] = [];
  const ports = {
    jobWorkflows: async () => ({ known: new Set(), running: new Set() }),
    unknown: () => void said.push('unknown'),
    noneCompared: () => void said.push('noneCompared'),
    failed: () => undefined,
    counters: { ended: () => undefined },
  };
  const kubernetes = { follow: () => new Promise<void>((end) => ending.signal.addEventListener('abort', () => end())) };
  const context = {
    info: { workflowExecution: { workflowId: 'cluster/local', runId: 'r' }, activityId: '1', attempt: 1 },
    heartbeat: () => ending.abort(),
    cancellationSignal: ending.signal,
  };
  const dependencies = {
    kubernetes: { ...kubernetes, list: async () => [] } as unknown as KubernetesClient,
    ports,
    measuring: {},
    autoscaling: {},
  } as unknown as ObserverDependencies;
  const observing = () => observeCluster(dependencies, { cluster: 'local', shards: 2, shard });
  await expect(asyncLocalStorage.run(context as unknown as Context, observing)).rejects.toThrow('aborted');
  return said.includes('noneCompared');
}

test('says that nobody compares all jobs any more where its shard was the one that does', async () => {
  expect([await endedWith(0), await endedWith(1)]).toEqual([true, false]);
});
