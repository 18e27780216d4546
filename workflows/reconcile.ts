/** The first step of an operation that changes a running job: what the cluster has is brought in line with what is known. */
import { reconciled, type FoundGeneration } from '../core/adoption.ts';
import { wasPromoted } from '../core/candidate.ts';
import type { Generation } from '../core/generation.ts';
import type { OperationInput } from '../core/operation-result.ts';
import { errorOf } from './carried-failure.ts';
import { findRunning } from './find-running.ts';
import { GenerationSteps } from './generation-steps.ts';
import type { OperationRun } from './operation-run.ts';

/** Asks the cluster what is there, and takes account of it. Until here, whoever asks to give up is heard. */
export async function askCluster(account: OperationRun, input: OperationInput): Promise<readonly Generation[]> {
  await findInCluster(account, input);
  return account.generations;
}

/**
 * The same, with what was found besides.
 * @param isHeard whether it may be given up meanwhile.
 */
export async function findInCluster(
  account: OperationRun,
  input: OperationInput,
  isHeard = true,
): Promise<readonly FoundGeneration[]> {
  const find = () => findRunning(account, input);
  const found = await (isHeard ? account.untilNoReturn(find) : find());
  account.generations = reconciled(found, account.generations);
  return found;
}

/** Clears away what is there beside the active one, for operations that ask the cluster for nothing else. */
export async function clearOthers(account: OperationRun, input: OperationInput): Promise<void> {
  if (input.generations.length > 1) await findActive(account, input);
}

/**
 * Asks the same, and clears away what is not the active generation: attempts that came late have made it, or an operation that was
 * lost. @returns the active one.
 */
export async function findActive(account: OperationRun, input: OperationInput): Promise<Generation | undefined> {
  const all = await askCluster(account, input);
  for (const stranger of all.slice(0, -1)) await new GenerationSteps(account, stranger).cleared('strangerRemoved');
  return all.at(-1);
}

/**
 * Where a promotion that did not come to its end has made the candidate the job, it stays the candidate to the job's entity: then it can be promoted to
 * the end. Else two Flink clusters would run, and nobody could decide about them.
 * @returns whether that is so.
 */
export function leavesPromotion(account: OperationRun, { generations }: OperationInput): boolean {
  if (!account.generations.some((one) => wasPromoted(one, generations))) return false;
  account.generations = generations;
  return true;
}

/** The same for what can do nothing then. @param done what was to become of the candidate. @throws OBJECTS_GONE */
export function assertNotPromoted(account: OperationRun, input: OperationInput, done: string): void {
  if (!leavesPromotion(account, input)) return;
  throw errorOf({
    code: 'OBJECTS_GONE',
    message: `There is no candidate any more that could be ${done}: a promotion that did not come to its end has made it the job.`,
    cure: 'Promote it: that ends what ran before.',
  });
}
