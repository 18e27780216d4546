/** Hands Temporal's routing to this build, and tells when nothing is pinned to it any more. */
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

/** The worker deployment of the control plane: one for all, since Temporal allows 100 in a namespace. */
export const deploymentName = 'drey';

export interface DeploymentVersion {
  readonly namespace: string;
  readonly buildId: string;
}

/** Makes this build the one that new operations start on. @throws until a worker of it has polled. */
export async function makeCurrent(connection: NativeConnection, version: DeploymentVersion): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: version.namespace,
    deploymentName,
    buildId: version.buildId,
    identity: `drey-worker-${process.pid}`,
    ignoreMissingTaskQueues: true,
  });
}

/** Whether another build is current and every workflow pinned to this one has ended. */
export async function isDrained(connection: NativeConnection, version: DeploymentVersion): Promise<boolean> {
  const { workerDeploymentVersionInfo: info } = await connection.workflowService.describeWorkerDeploymentVersion({
    namespace: version.namespace,
    deploymentVersion: { deploymentName, buildId: version.buildId },
  });
  return (
    info?.drainageInfo?.status === proto.temporal.api.enums.v1.VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED
  );
}
