/** Who works on a task queue. */
// A CommonJS module whose names Node cannot see from outside.
import proto from '@temporalio/proto';
import type { WorkerQueue } from '../../core/living-builds.ts';
import type { Temporal } from './connect.ts';

/** When a worker last asked this queue for an activity; undefined when none did in the last minutes. */
export async function lastActivityPoll(temporal: Temporal, taskQueue: string): Promise<Date | undefined> {
  const { connection, options } = temporal.client;
  const answer = await connection.workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
  });
  const times = (answer.pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** Which builds asked this queue for steps of workflows, and which of them is given those that are new. */
export async function workerQueue(temporal: Temporal, taskQueue: string): Promise<WorkerQueue> {
  const { connection, options } = temporal.client;
  const { pollers, versioningInfo } = await connection.workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const currentBuild = versioningInfo?.currentDeploymentVersion?.buildId;
  return {
    pollers: (pollers ?? []).map(({ deploymentOptions, lastAccessTime }) => ({
      buildId: deploymentOptions?.buildId,
      askedAtMs: Number(lastAccessTime?.seconds ?? 0) * 1000,
    })),
    ...(currentBuild && { currentBuild }),
  };
}

/** @throws when Temporal does not answer, or does not have the namespace. */
export async function checkNamespace(temporal: Temporal): Promise<void> {
  const { connection, options } = temporal.client;
  await connection.workflowService.describeNamespace({ namespace: options.namespace });
}
