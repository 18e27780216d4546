/** Discard: the candidate goes, and the job runs on as it does. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { askCluster, assertNotPromoted } from './reconcile.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, discard);
export async function discard(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    const all = await askCluster(run, input);
    assertNotPromoted(run, input, 'discarded');
    const candidates = all.filter(({ candidate }) => candidate);
    for (const candidate of candidates) {
      await cancelGeneration(run, candidate, 'candidateCanceled');
      await new GenerationSteps(run, candidate).cleared('candidateRemoved');
    }
  });
}
