/**
 * Suspend, and cancel: ends the job so that it can go on later. Suspending stops it with a savepoint and clears its Flink
 * cluster away; canceling goes without one, and may leave the cluster for a look, unless the state is left behind.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { Generation } from '../core/generation.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { askCluster } from './reconcile.ts';
import { stopAll } from './stop-all.ts';
import { stopFound } from './stop-generation.ts';
import { comeWhatMay, keepingState } from './stop-wishes.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, suspend);
export async function suspend(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const isToBeKept = input.record.kind === 'cancel' && input.spec.spec.cleanup.canceled === 'keep';
  // What is left of the job would tell the next start of the state that it shall not have.
  const isKept = isToBeKept && run.mode !== 'stateless';
  const stop = (generation: Generation) => {
    const wish = keepingState(generation, input.spec, run.mode);
    return stopFound(run, input, input.force ? comeWhatMay(wish) : wish, 'jobStopped');
  };
  return run.run(async () => {
    const all = await askCluster(run, input);
    const stopped = await stopAll(run, all, stop);
    // Suspended, it would be resumed from nothing, and do again what it has done.
    run.finished = stopped?.finished ?? false;
    const last = all.at(-1);
    if (last && isKept) await run.step('clusterKept', async () => undefined);
    else if (last) await new GenerationSteps(run, last).cleared('previousRemoved');
    // What somebody stops is not too old later, nor what had ended before.
    run.aging = [];
    if (run.mode === 'stateless') run.restorePoint = undefined;
  });
}
