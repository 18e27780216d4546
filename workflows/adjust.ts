/** Adjust: a revision that changes nothing of Flink is noted on the running generation, and what is for people is applied. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, adjust);
export async function adjust(input: TargetInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    run.note({ generation: input.target.identity.number });
    await new GenerationSteps(run, input.target).published('anchorUpdated');
    run.activate(input.target);
  });
}
