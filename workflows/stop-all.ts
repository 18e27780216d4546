/** Ends all that is found of a job: what is left of others goes before the one that runs is touched. */
import type { StoppedJob } from '../activities/cluster/stop-shapes.ts';
import type { Generation } from '../core/generation.ts';
import { GenerationSteps } from './generation-steps.ts';
import type { OperationRun } from './operation-run.ts';

type Stop = (generation: Generation) => Promise<StoppedJob | undefined>;

/**
 * Stops them all, and clears away all but the last, which is the job. Where what is left of another cannot be cleared away, or the job cannot
 * be stopped, it runs on as it did.
 * @returns what the stop of the last one told.
 */
export async function stopAll(
  account: OperationRun,
  all: readonly Generation[],
  stop: Stop,
): Promise<StoppedJob | undefined> {
  const { restorePoint, aging } = account;
  for (const other of all.slice(0, -1)) await endBeside(account, other, stop);
  const last = all.at(-1);
  try {
    return last && (await stop(last));
  } catch (error) {
    // Refused, it runs on, and did not begin from what others have left.
    if (account.leftRunning) Object.assign(account, { restorePoint, aging });
    throw error;
  }
}

/** Beside it the job may run on: where it cannot be cleared away, nothing of that has changed. */
async function endBeside(account: OperationRun, generation: Generation, stop: Stop): Promise<void> {
  const { leftRunning, restorePoint, startedFrom } = account;
  try {
    const stopped = await stop(generation);
    if (stopped?.finished) account.restorePoint = restorePoint;
    await new GenerationSteps(account, generation).cleared('previousRemoved');
  } catch (error) {
    account.restorePoint = restorePoint;
    throw error;
  } finally {
    Object.assign(account, { leftRunning, startedFrom });
  }
}
