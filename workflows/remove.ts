/**
 * Remove: ends the job as its deletion says, then clears away every generation and what belongs to none. Files of checkpoints
 * and savepoints stay.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import { newestLast, type FoundGeneration } from '../core/adoption.ts';
import { hasDurableStorage, type Generation } from '../core/generation.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { clearGeneration } from './clear-generation.ts';
import { shortCalls } from './cluster-activities.ts';
import { OperationRun } from './operation-run.ts';
import { settleOrphans } from './settle-orphans.ts';
import { stopGeneration } from './stop-generation.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, remove);
export async function remove(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const how = input.deletion ?? input.spec.spec.cleanup.deleted;
  // What is half removed is removed by the next try: there is nothing to put back.
  return run.run(async () => {
    if (how === 'leave') await run.step('leftAlone', async () => undefined);
    else await endEverything(run, input, how === 'savepoint');
    run.generations = [];
  });
}

async function endEverything(run: OperationRun, input: OperationInput, withSavepoint: boolean): Promise<void> {
  for (const generation of newestLast(await everythingOf(run, input))) {
    if (generation.candidate) await cancelGeneration(run, generation, 'candidateCanceled');
    else if (withSavepoint && hasDurableStorage(generation.spec)) await stopped(run, generation);
    else await cancelGeneration(run, generation, 'jobCanceled');
    if (!generation.candidate) run.leftRunning = false;
    await clearGeneration(generation, (step, act) => run.step(step, act));
    run.forget(generation);
  }
}

function everythingOf(run: OperationRun, input: OperationInput): Promise<readonly FoundGeneration[]> {
  const { tenant, name, namespace, cluster } = input;
  const look = async () => {
    await settleOrphans({ tenant, name });
    const summary = `Look for everything of ${tenant}/${name}`;
    return shortCalls(cluster).findGenerations.executeWithOptions({ summary }, [{ tenant, name, namespace }]);
  };
  return run.step('clusterAsked', look).then(({ found }) => found);
}

/** @throws the failure of the savepoint: then the job runs on, and is not removed. */
async function stopped(run: OperationRun, generation: Generation): Promise<void> {
  await stopGeneration(run, { generation, how: 'savepoint' }, 'jobStopped');
}
