/**
 * One workflow per Kubernetes cluster: it holds the one observer of each shard. Temporal's heartbeat and retry elect which agent
 * that is. An idle job costs nothing here; the heartbeats are the cluster's own fixed cost.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
} from '@temporalio/workflow';
import type { ObserverActivities } from '../activities/observe/observer-activities.ts';
import { observerTaskQueue } from '../core/names.ts';
import { divideIntoName, type ClusterInput } from './messages.ts';

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, cluster);
export async function cluster(input: ClusterInput): Promise<void> {
  let wanted = input.shards;
  setHandler(defineSignal<[number]>(divideIntoName), (parts) => void (wanted = parts));
  const { observeCluster } = observers(input.cluster);
  const shards = Array.from({ length: input.shards }, (_, shard) => shard);
  const observed = shards.map((shard) =>
    observeCluster.executeWithOptions({ summary: `Observe ${input.cluster}, shard ${shard + 1} of ${input.shards}` }, [
      { ...input, shard },
    ]),
  );
  // When the first has lasted its time, all begin anew: who waited for the others would leave its shard to nobody.
  await Promise.race([...observed, condition(() => wanted !== input.shards)]);
  await continueAsNew<typeof cluster>({ ...input, shards: wanted });
}

/**
 * Temporal's client sends a heartbeat whenever 8 tenths of their timeout have passed: 32 s, so 112 an hour. Retries come quickly
 * and at one pace, since attempts count on for as long as the activity lasts.
 */
function observers(name: string) {
  return proxyActivities<ObserverActivities>({
    taskQueue: observerTaskQueue(name),
    startToCloseTimeout: '25h',
    heartbeatTimeout: '40s',
    retry: { initialInterval: '1s', backoffCoefficient: 1, maximumInterval: '1s' },
  });
}
