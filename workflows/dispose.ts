/** Dispose: deletes the files of one savepoint, or of several of a job that was removed. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { Generation } from '../core/generation.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import type { Pinning } from '../core/pinning.ts';
import { disposalRefusal } from '../core/retention.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { disposeUnneeded } from './dispose-unneeded.ts';
import { errorOf } from './carried-failure.ts';
import { OperationRun, type StepOutcome } from './operation-run.ts';
import { settleOrphans } from './settle-orphans.ts';
import { withStandIn } from './stand-in.ts';

/** Nothing but a storage pod was in its name; a later job of that name must not wait for an agent that is away. */
const standInGoneMs = 2 * 60_000;

export interface DisposeInput extends OperationInput {
  /** Where the job has no generation: one in whose name the storage may be reached. */
  readonly target?: Generation;
}

setWorkflowOptions({ versioningBehavior: 'PINNED' }, dispose);
export async function dispose(input: DisposeInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    const ofRemoved = input.savepointWish?.disposeOfRemoved;
    if (ofRemoved) return disposeOfRemoved(run, input, ofRemoved);
    const savepoint = wanted(input, run.pinning);
    const host = input.generations.at(-1);
    const inNameOf = (generation: Generation) =>
      run.step('savepointDisposed', () => disposeNamed(run, generation, savepoint));
    if (host) await inNameOf(host);
    else if (input.target) await withStandIn(run, input.target, inNameOf);
  });
}

/** Another job may have been told to start from it since it was asked for: `force` is for what the job itself may need. */
function disposeNamed(run: OperationRun, host: Generation, savepoint: CompletedSavepoint): Promise<StepOutcome> {
  return disposeUnneeded(run, host, [savepoint]);
}

async function disposeOfRemoved(
  run: OperationRun,
  { tenant, name, target }: DisposeInput,
  savepoints: readonly CompletedSavepoint[],
): Promise<void> {
  if (!target) throw new Error('nothing is named that reaches the storage');
  // A disposal whose job workflow was ended by hand may still use the same stand-in.
  await settleOrphans(run, { tenant, name });
  const act = (standIn: Generation) => run.step('savepointsDisposed', () => disposeUnneeded(run, standIn, savepoints));
  await withStandIn(run, target, act, standInGoneMs);
}

/** What has changed since it was asked for counts. @throws SAVEPOINT_IN_USE */
function wanted({ savepointWish, savepoints = [] }: DisposeInput, pinning: Pinning): CompletedSavepoint {
  const wish = savepointWish?.dispose;
  if (!wish) throw new Error('no savepoint is named');
  const refusal = wish.force ? undefined : disposalRefusal(wish.savepoint, savepoints, pinning);
  if (!refusal) return wish.savepoint;
  throw errorOf({
    code: 'SAVEPOINT_IN_USE',
    message: refusal.message,
    cure: 'Leave it, or say that it shall go all the same (`--force`).',
  });
}
