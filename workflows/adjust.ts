/** Adjust: a revision that changes nothing of Flink is noted on the running generation, and what is for people is applied. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationInput, OperationResult, TargetInput } from '../core/operation-result.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { clearOthers } from './reconcile.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, adjust);
export async function adjust(input: OperationInput & Partial<TargetInput>): Promise<OperationResult> {
  const run = new OperationRun(input);
  const { target } = input;
  return run.run(async () => {
    if (!target) return;
    await clearOthers(run, input);
    run.note({ generation: target.identity.number });
    await new GenerationSteps(run, target).published('anchorUpdated');
    run.activate(target);
  });
}
