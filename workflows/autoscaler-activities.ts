/** Activities as the autoscaler's workflow calls them: those of the control plane, and those of its cluster's agent. */
import { proxyActivities } from '@temporalio/workflow';
import type { ClusterActivities } from '../activities/cluster/cluster-activities.ts';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { clusterTaskQueue, controlTaskQueue } from '../core/names.ts';

const retry = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' } as const;

export const { requestScaling, recallAutoscaler, findScaling } = proxyActivities<
  Pick<ControlActivities, 'requestScaling' | 'recallAutoscaler' | 'findScaling'>
>({ taskQueue: controlTaskQueue, startToCloseTimeout: '15s', retry });

/** What fails five times fails by its input. */
export const { decideScaling } = proxyActivities<Pick<ControlActivities, 'decideScaling'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '15s',
  retry: { ...retry, maximumAttempts: 5 },
});

/** They fail when no agent has taken them within a minute: nothing waits for them. */
export function autoscalerAgent(cluster: string) {
  return proxyActivities<Pick<ClusterActivities, 'noteAutoscaler' | 'askAutoscaler'>>({
    taskQueue: clusterTaskQueue(cluster),
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '1m',
    retry,
  });
}
