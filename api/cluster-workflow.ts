/** Sees to it that each cluster's workflow runs: without it nobody observes the cluster. */
import { isTemporalAway } from '../clients/temporal/errors.ts';
import type { Temporal } from '../clients/temporal/connect.ts';
import { clusterWorkflowId, controlTaskQueue } from '../core/names.ts';
import { clusterWorkflow, divideIntoName, type ClusterInput } from '../workflows/messages.ts';
import { searchCluster } from '../workflows/search-attributes.ts';
import type { Services } from './services.ts';

/**
 * Starts the workflows of these clusters where they do not run, as soon as Temporal is there. One that runs is told into how many
 * parts its jobs are to be divided by now.
 */
export function observe({ temporal, shards, log }: Services, clusters: readonly string[]): void {
  const all = clusters.map((cluster) => ensured(temporal, { cluster, shards }));
  Promise.all(all).catch((error: unknown) => log.error({ err: error }, 'a cluster has no observer'));
}

async function ensured(temporal: Temporal, input: ClusterInput): Promise<void> {
  while (!(await started(temporal, input))) await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
}

async function started(temporal: Temporal, input: ClusterInput): Promise<boolean> {
  try {
    await temporal.client.workflow.signalWithStart(clusterWorkflow, {
      workflowId: clusterWorkflowId(input.cluster),
      taskQueue: controlTaskQueue,
      args: [input],
      signal: divideIntoName,
      signalArgs: [input.shards],
      typedSearchAttributes: [{ key: searchCluster, value: input.cluster }],
      staticSummary: `Observes the Kubernetes cluster ${input.cluster}`,
    });
    return true;
  } catch (error) {
    if (isTemporalAway(error)) return false;
    throw error;
  }
}
