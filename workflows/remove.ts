/** Remove: cancels the job, then clears away every generation and what belongs to none. Files of checkpoints and savepoints stay. */
import { setWorkflowOptions } from '@temporalio/workflow';
import { generationName } from '../core/names.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { clearGeneration } from './clear-generation.ts';
import { shortCalls, waits } from './cluster-activities.ts';
import { OperationRun } from './operation-run.ts';
import { settleOrphans } from './settle-orphans.ts';

/** Longest wait for a cancel: tasks get 180 s from Flink before it kills their TaskManager. */
const cancelMs = 5 * 60_000;

setWorkflowOptions({ versioningBehavior: 'PINNED' }, remove);
export async function remove(input: OperationInput): Promise<OperationResult> {
  const { tenant, name, namespace, cluster } = input;
  const run = new OperationRun(input);
  return run.run(
    async () => {
      const { found } = await run.step('clusterAsked', async () => {
        await settleOrphans({ tenant, name });
        const summary = `Look for everything of ${tenant}/${name}`;
        return shortCalls(cluster).findGenerations.executeWithOptions({ summary }, [{ tenant, name, namespace }]);
      });
      for (const generation of found) {
        await run.step('jobCanceled', () =>
          waits(cluster, cancelMs).cancelJob.executeWithOptions(
            { summary: `Cancel the job of ${generationName(generation.identity)}` },
            [{ generation }],
          ),
        );
        await clearGeneration(generation, (step, act) => run.step(step, act));
      }
      run.generations = [];
    },
    // What is half removed is removed by the next try: there is nothing to put back.
  );
}
