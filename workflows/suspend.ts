/**
 * Suspend, and cancel: ends the job so that it can go on later. Suspending stops it with a savepoint and clears its Flink
 * cluster away; canceling goes without one, and may leave the cluster for a look.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import { reconciled } from '../core/adoption.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { findRunning } from './find-running.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { stopGeneration } from './stop-generation.ts';
import { keepingState } from './stop-wishes.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, suspend);
export async function suspend(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const isKept = input.record.kind === 'cancel' && input.spec.spec.cleanup.canceled === 'keep';
  return run.run(async () => {
    const found = await run.untilNoReturn(() => findRunning(run, input));
    run.generations = reconciled(found, run.generations);
    for (const generation of run.generations) {
      await stopGeneration(run, keepingState(generation, input.spec, run.mode), 'jobStopped');
      if (isKept) await run.step('clusterKept', async () => undefined);
      else await new GenerationSteps(run, generation).cleared('previousRemoved');
    }
    if (run.mode === 'stateless') run.restorePoint = undefined;
  });
}
