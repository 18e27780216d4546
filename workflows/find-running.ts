/** The first step of every operation that starts a job: the cluster says what is there under its name. */
import type { FoundGeneration } from '../core/adoption.ts';
import { shortCalls } from './cluster-activities.ts';
import { agentAwayMs } from './generation-steps.ts';
import type { OperationRun } from './operation-run.ts';
import { recordLostSavepoints } from './record-savepoint.ts';
import { settleOrphans } from './settle-orphans.ts';

export interface FindRunningInput {
  readonly tenant: string;
  readonly name: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Whether operations of an earlier entity of this name may still act. */
  readonly askCluster: boolean;
}

/** Fails within a bound when the cluster's agent is away. */
export async function findRunning(account: OperationRun, input: FindRunningInput): Promise<readonly FoundGeneration[]> {
  const { tenant, name, cluster, namespace, askCluster } = input;
  const summary = `Look for what already runs as ${tenant}/${name}`;
  const { found } = await account.step('clusterAsked', async () => {
    if (askCluster) await settleOrphans(account, { tenant, name });
    return shortCalls(cluster, agentAwayMs).findGenerations.executeWithOptions({ summary }, [
      { tenant, name, namespace, cluster, mustBeAlone: true },
    ]);
  });
  recordLostSavepoints(account, found);
  return found;
}
