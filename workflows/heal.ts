/** Heal: puts back what somebody else has changed or deleted of the running generation. Its job is not touched. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { generationName } from '../core/names.ts';
import { shortCalls } from './cluster-activities.ts';
import { agentAwayMs } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, heal);
export async function heal(input: TargetInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const generation = input.target;
  run.note({ generation: generation.identity.number });
  const summary = `Put back what is missing or changed of ${generationName(generation.identity)}`;
  return run.run(async () => {
    await run.untilNoReturn(() =>
      run.step('objectsHealed', () =>
        shortCalls(input.cluster, agentAwayMs).healGeneration.executeWithOptions({ summary }, [
          { generation, operation: run.number },
        ]),
      ),
    );
  });
}
