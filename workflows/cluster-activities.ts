/** Activities of a cluster's agent as workflows call them: on that cluster's queue, each with a summary for people. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { ClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { clusterTaskQueue } from '../core/names.ts';

/** Retries are quick and endless within the given bound: an agent that was killed is taken over in seconds. */
const retry = { initialInterval: '200ms', backoffCoefficient: 1.5, maximumInterval: '5s' } as const;

/**
 * Short calls: their attempt is given up after 15 s, when the agent has probably died in it.
 * @param boundMs after which the step fails with CLUSTER_SILENT; absent: it waits for an agent for as long as it takes,
 * which is right once there is no way back.
 */
export function shortCalls(cluster: string, boundMs?: number): ActivityInterfaceFor<ClusterActivities> {
  return proxyActivities<ClusterActivities>({
    ...options(cluster, boundMs),
    startToCloseTimeout: lateAttemptMs,
    // What acts is never left behind: an undo that ran beside it would miss what it makes.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/** Waits: they heartbeat, so an agent's death is seen within 10 s, and end by themselves within `waitMs`. */
export function waits(cluster: string, waitMs: number, boundMs?: number): ActivityInterfaceFor<ClusterActivities> {
  return proxyActivities<ClusterActivities>({
    ...options(cluster, boundMs),
    cancellationType: 'TRY_CANCEL',
    startToCloseTimeout: waitMs + 30_000,
    heartbeatTimeout: '10s',
  });
}

/**
 * Waits whose length only the agent knows, for it asks Flink. They heartbeat, and fail with CLUSTER_SILENT when no agent takes
 * them up, or takes them over, within a minute.
 */
export function longWaits(cluster: string): ActivityInterfaceFor<ClusterActivities> {
  return proxyActivities<ClusterActivities>({
    ...options(cluster, undefined),
    cancellationType: 'TRY_CANCEL',
    scheduleToStartTimeout: '1m',
    startToCloseTimeout: '24h',
    heartbeatTimeout: '10s',
  });
}

function options(cluster: string, boundMs: number | undefined): ActivityOptions {
  return {
    taskQueue: clusterTaskQueue(cluster),
    retry,
    ...(boundMs === undefined ? {} : { scheduleToCloseTimeout: boundMs }),
  };
}
