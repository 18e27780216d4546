/** Which build of the worker Temporal sends work to, and which one ran a workflow. */
import proto from '@temporalio/proto';
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
