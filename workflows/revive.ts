/**
 * Revive: brings a candidate that has broken back from its own newest restore point, on a Flink cluster of its own. The job beside it is
 * neither stopped nor changed. What of an attempt is left when that fails, the next one ends with its state, or a discard.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { CandidateRun } from './candidate-run.ts';
import { GenerationSteps } from './generation-steps.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';
import { askCluster, assertNotPromoted } from './reconcile.ts';
import { stopGeneration, type StopWish } from './stop-generation.ts';
import { bringingBack } from './stop-wishes.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, revive);
export async function revive(input: TargetInput): Promise<OperationResult> {
  const run = new CandidateRun(input);
  const { account } = run;
  return account.run(async () => {
    const all = await askCluster(account, input);
    assertNotPromoted(account, input, 'brought back');
    const broken = all.filter(({ candidate }) => candidate);
    if (broken.length === 0) throw errorOf(nothingThere);
    let restoreFrom: string | undefined;
    // The newest comes last. One that has kept nothing of its own leaves what the one before it had.
    for (const wish of bringingBack(broken, input.target)) restoreFrom = (await ended(account, wish)) ?? restoreFrom;
    await account.untilNoReturn(async () => {
      await run.bringBack(restoreFrom);
      await run.seeItStable();
    });
  });
}

/** Ends it, and clears it away. @returns from where the next one goes on; undefined where it had nothing. */
async function ended(account: OperationRun, wish: StopWish): Promise<string | undefined> {
  // What the operation says of the job's own state stays as it is.
  const { leftRunning, restorePoint, startedFrom } = account;
  try {
    const stopped = await stopGeneration(account, wish, 'candidateStopped');
    await new GenerationSteps(account, wish.generation).cleared('candidateRemoved');
    return stopped.restorePoint ?? wish.generation.restoreFrom;
  } finally {
    Object.assign(account, { leftRunning, restorePoint, startedFrom });
  }
}

const nothingThere = {
  code: 'OBJECTS_GONE',
  message: 'There is no candidate any more that could be brought back.',
  cure: 'Apply the spec again: that brings up another candidate.',
} as const;
