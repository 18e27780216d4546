/** Which build of the worker Temporal sends work to, which process asks it for work, and which ones did it. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { clusterTaskQueue, clusterWorkflowId, controlTaskQueue } from '../../core/names.ts';
import { deploymentName } from '../../workers/deployment-version.ts';
import { temporal } from './running-stack.ts';

const namespace = 'default';

/** The build that new work goes to. */
export async function currentBuild(): Promise<string | undefined> {
  const client = await temporal();
  const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({ namespace, deploymentName });
  await client.connection.close();
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
}

/** Sends new work to this build again. */
export async function makeCurrent(buildId: string): Promise<void> {
  const client = await temporal();
  const request = { namespace, deploymentName, buildId, identity: 'test', ignoreMissingTaskQueues: true };
  await client.workflowService.setWorkerDeploymentCurrentVersion(request);
  await client.connection.close();
}

/** The build that a workflow was run by. */
export async function buildOfWorkflow(workflowId: string): Promise<string | undefined> {
  const client = await temporal();
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  await client.connection.close();
  const completed = proto.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED;
  const task = events?.find(({ eventType }) => eventType === completed);
  return task?.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? undefined;
}

/** Who asks for an agent's, or a worker's, work: `<pid>@<host>` each. */
export async function pollersOf(client: Client, kind: 'worker' | 'agent' | 'api'): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: kind === 'agent' ? clusterTaskQueue('local') : controlTaskQueue },
    taskQueueType:
      kind === 'agent'
        ? proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
        : proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).flatMap(({ identity }) => identity ?? []);
}

/** The process id of the agent that observes the cluster, as Temporal has it; undefined while none does. */
export async function observerPid(): Promise<number | undefined> {
  const client = await temporal();
  const { raw } = await client.workflow.getHandle(clusterWorkflowId('local')).describe();
  await client.connection.close();
  const [observation] = raw.pendingActivities ?? [];
  const started = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
  if (observation?.state !== started) return undefined;
  return Number.parseInt(observation.lastWorkerIdentity ?? '', 10);
}

/** The process ids of the agents that did a workflow's activities, in the order in which these were taken. */
export async function agentPidsOf(workflowId: string): Promise<number[]> {
  const client = await temporal();
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  await client.connection.close();
  const events = history.events ?? [];
  const scheduled = events.filter(
    ({ activityTaskScheduledEventAttributes: activity }) => activity?.taskQueue?.name === clusterTaskQueue('local'),
  );
  const ofAgents = new Set(scheduled.map(({ eventId }) => String(eventId)));
  return events.flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started?.identity && ofAgents.has(String(started.scheduledEventId)) ? Number.parseInt(started.identity, 10) : [],
  );
}
