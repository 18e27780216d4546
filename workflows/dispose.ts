/** Dispose: deletes the files of one savepoint. Where the job has no generation, one stands in for reaching the storage. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { disposalRefusal } from '../core/retention.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { shortCalls } from './cluster-activities.ts';
import { disposeFiles } from './dispose-files.ts';
import { agentAwayMs, GenerationSteps } from './generation-steps.ts';
import { errorOf, OperationRun } from './operation-run.ts';

export interface DisposeInput extends OperationInput {
  /** Where the job has no generation: one in whose name the storage may be reached. */
  readonly target?: Generation;
}

setWorkflowOptions({ versioningBehavior: 'PINNED' }, dispose);
export async function dispose(input: DisposeInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    const savepoint = wanted(input);
    const host = input.generations.at(-1);
    const inNameOf = (generation: Generation) =>
      run.step('savepointDisposed', () => disposeFiles(run, generation, savepoint));
    if (host) await inNameOf(host);
    else if (input.target) await withStandIn(run, input.target, inNameOf);
  });
}

/** What has changed since it was asked for counts. @throws SAVEPOINT_IN_USE */
function wanted({ savepointWish, savepoints = [], restorePoint, startedFrom }: DisposeInput): CompletedSavepoint {
  const wish = savepointWish?.dispose;
  if (!wish) throw new Error('no savepoint is named');
  const refusal = wish.force ? undefined : disposalRefusal(wish.savepoint, savepoints, { restorePoint, startedFrom });
  if (!refusal) return wish.savepoint;
  throw errorOf({
    code: 'SAVEPOINT_IN_USE',
    message: refusal.message,
    cure: 'Leave it, or say that it shall go all the same (`--force`).',
  });
}

async function withStandIn(
  account: OperationRun,
  standIn: Generation,
  act: (generation: Generation) => Promise<unknown>,
): Promise<void> {
  account.generations = [standIn];
  try {
    await account.step('standInApplied', () =>
      shortCalls(standIn.spec.spec.cluster, agentAwayMs).applyStandIn.executeWithOptions(
        { summary: `Make what reaches the storage in the name of ${generationName(standIn.identity)}` },
        [{ generation: standIn, operation: account.number }],
      ),
    );
    await act(standIn);
  } finally {
    await new GenerationSteps(account, standIn).cleared('standInRemoved');
  }
}
