/**
 * Revive: brings a candidate that has broken back from its own newest restore point, on a Flink cluster of its own. The job beside it is
 * neither stopped nor changed. What of an attempt is left when that fails, the next one ends with its state, or a discard.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import { agingOf, waitedTooLong, withAging } from '../core/aging.ts';
import type { Generation } from '../core/generation.ts';
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
    let left: LeftPoint = {};
    // The newest comes last. One that has kept nothing of its own leaves what the one before it had.
    for (const wish of bringingBack(broken, input.target)) left = (await ended(account, wish)) ?? left;
    await account.untilNoReturn(async () => {
      await run.bringBack(left);
      await run.seeItStable();
    });
    run.settle();
  });
}

/** From where the next one goes on. */
type LeftPoint = Pick<Generation, 'restoreFrom' | 'aging'>;

/**
 * Ends it, and clears it away. @returns undefined where it had nothing.
 * @throws STATE_TOO_OLD also where an attempt before this one has left it, and nobody else knows how old that is.
 */
async function ended(account: OperationRun, wish: StopWish): Promise<LeftPoint | undefined> {
  const { generation, next = generation, maxStateAgeMs } = wish;
  // What the operation says of the job's own state stays as it is.
  const { leftRunning, restorePoint, startedFrom, aging } = account;
  try {
    const stopped = await stopGeneration(account, wish, 'candidateStopped');
    const restoreFrom = stopped.restorePoint ?? generation.restoreFrom;
    const known = generation.aging ? [generation.aging] : [];
    const waited = maxStateAgeMs === undefined ? undefined : agingOf(known, restoreFrom);
    const tooOld = waitedTooLong(waited, next.spec, Date.now(), 'candidate');
    if (tooOld) throw errorOf(tooOld);
    await new GenerationSteps(account, generation).cleared('candidateRemoved');
    const ages = agingOf(withAging(known, stopped), restoreFrom);
    return restoreFrom === undefined ? undefined : { restoreFrom, ...(ages && { aging: ages }) };
  } finally {
    Object.assign(account, { leftRunning, restorePoint, startedFrom, aging });
  }
}

const nothingThere = {
  code: 'OBJECTS_GONE',
  message: 'There is no candidate any more that could be brought back.',
  cure: 'Apply the spec again: that brings up another candidate.',
} as const;
