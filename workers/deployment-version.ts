/** To which build Temporal sends new work, how that is changed, and when nothing is pinned to a build any more. */
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { Builds } from '../core/take-over.ts';

/** The worker deployment of the control plane: one for all, since Temporal allows 100 in a namespace. */
export const deploymentName = 'drey';

export interface DeploymentVersion {
  readonly namespace: string;
  readonly buildId: string;
}

/** What Temporal knew at one moment. */
export interface Routing extends Builds {
  /** Lets a change be refused that another one has come before. */
  readonly conflictToken: Uint8Array | null | undefined;
}

/** Which builds there are, for this one. @throws until a worker of this build has polled. */
export async function readRouting(connection: NativeConnection, version: DeploymentVersion): Promise<Routing> {
  const { namespace, buildId } = version;
  const answer = await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName });
  const { versionSummaries, routingConfig } = answer.workerDeploymentInfo ?? {};
  const own = versionSummaries?.find(({ deploymentVersion }) => deploymentVersion?.buildId === buildId);
  if (!own) throw new Error(`Temporal does not know build ${buildId} yet`);
  return {
    own: buildId,
    current: routingConfig?.currentDeploymentVersion?.buildId ?? undefined,
    // The second one is of newer servers, and the third one says that it is so no more.
    ownWasCurrent: Boolean(own.firstActivationTime ?? own.lastCurrentTime ?? own.lastDeactivationTime),
    conflictToken: answer.conflictToken,
  };
}

/**
 * Makes this build the one that new operations start on.
 * @throws until a worker of it has polled, and where another worker has changed the routing since it was read.
 */
export async function makeCurrent(
  connection: NativeConnection,
  version: DeploymentVersion,
  { conflictToken }: Pick<Routing, 'conflictToken'>,
): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: version.namespace,
    deploymentName,
    buildId: version.buildId,
    conflictToken: conflictToken ?? null,
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
