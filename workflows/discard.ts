/** Discard: the candidate goes, and the job runs on as it does. */
import { setWorkflowOptions } from '@temporalio/workflow';
import { wasPromoted } from '../core/candidate.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { errorOf } from './carried-failure.ts';
import { GenerationSteps } from './generation-steps.ts';
import { OperationRun } from './operation-run.ts';
import { askCluster } from './reconcile.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, discard);
export async function discard(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    const all = await askCluster(run, input);
    if (all.some((one) => wasPromoted(one, input.generations))) {
      // Still a candidate to the job: then it can be promoted to the end.
      run.generations = input.generations;
      throw errorOf(promotedAlready);
    }
    const candidates = all.filter(({ candidate }) => candidate);
    for (const candidate of candidates) {
      await cancelGeneration(run, candidate, 'candidateCanceled');
      await new GenerationSteps(run, candidate).cleared('candidateRemoved');
    }
  });
}

const promotedAlready = {
  code: 'OBJECTS_GONE',
  message: 'There is no candidate any more that could be discarded: an operation that was lost had promoted it.',
  cure: 'Promote it: that ends what ran before.',
} as const;
