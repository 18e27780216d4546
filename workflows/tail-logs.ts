/** Brings a pod's log to a waiting reader: the cluster's agent sends it to the API itself, so no log line passes Temporal. */
import { proxyActivities, setWorkflowOptions } from '@temporalio/workflow';
import type { ClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { clusterTaskQueue } from '../core/names.ts';

export interface TailLogsInput {
  readonly cluster: string;
  readonly namespace: string;
  readonly tenant: string;
  readonly job: string;
  readonly component: 'jobmanager' | 'taskmanager';
  /** Only this pod's log, whichever component it is of. */
  readonly pod?: string;
  readonly tailLines?: number;
  readonly follow: boolean;
  /** Where the agent sends the log. The ticket is good for one stream. */
  readonly sink: { readonly url: string; readonly ticket: string };
}

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, tailLogs);
export async function tailLogs(input: TailLogsInput): Promise<void> {
  const { sendLogs } = proxyActivities<Pick<ClusterActivities, 'sendLogs'>>({
    taskQueue: clusterTaskQueue(input.cluster),
    scheduleToStartTimeout: '15s',
    startToCloseTimeout: '12h',
    heartbeatTimeout: '30s',
    // The ticket is spent by the first try.
    retry: { maximumAttempts: 1 },
    summary: `Send the ${input.component} log of ${input.tenant}/${input.job}`,
  });
  await sendLogs(input);
}
