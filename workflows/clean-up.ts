/** Clean-up: removes the Flink cluster of a job that an agent has seen to finish, once its JobManager has said so again. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, cleanUp);
export async function cleanUp(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const generation = input.generations.at(-1);
  return run.run(async () => {
    if (!generation) return;
    run.note({ generation: generation.identity.number });
    const steps = new GenerationSteps(run, generation);
    await run.untilNoReturn(() => steps.seenFinished());
    await steps.settledIfFinished();
  });
}
