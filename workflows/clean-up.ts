/**
 * Clean-up: removes the Flink cluster of a job that an agent has seen to finish, or to be canceled by somebody in Flink, once its JobManager
 * has said so again. What was canceled goes on later from its newest checkpoint.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { stopGeneration } from './stop-generation.ts';
import { keepingState } from './stop-wishes.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, cleanUp);
export async function cleanUp(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const generation = input.generations.at(-1);
  return run.run(async () => {
    if (!generation) return;
    run.note({ generation: generation.identity.number });
    const steps = new GenerationSteps(run, generation);
    if (input.wasCanceled) return clearCanceled(run, steps, input);
    await run.untilNoReturn(() => steps.seenFinished());
    await steps.settledIfFinished();
  });
}

/** Nothing goes before it is known from where the job can go on. */
async function clearCanceled(run: OperationRun, steps: GenerationSteps, { spec }: OperationInput): Promise<void> {
  const isCanceled = await run.untilNoReturn(() => steps.seenCanceled());
  if (!isCanceled) return;
  await stopGeneration(run, keepingState(steps.generation, spec, 'last-state'), 'stateKept');
  // What somebody has canceled is not too old later.
  run.aging = [];
  await steps.cleared('canceledRemoved');
}
