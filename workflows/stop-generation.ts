/** Ends a generation's job as one step of an operation, so that another may go on from its state. */
import type { StoppedJob, StopJobInput } from '../activities/cluster/stop-job.ts';
import { generationName } from '../core/names.ts';
import type { StepName } from '../core/steps.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { waits } from './cluster-activities.ts';
import { errorOf, type OperationRun } from './operation-run.ts';
import { recordStopSavepoint } from './record-savepoint.ts';

/** Longest stop with savepoint: longer than Flink's own checkpoint timeout (10 min), since a stop cannot be withdrawn. */
const stopMs = 12 * 60_000;

/** What ending the pods and reading the storage may take after that. */
const readStorageMs = 10 * 60_000;

export type StopWish = Pick<
  StopJobInput,
  'generation' | 'how' | 'next' | 'format' | 'maxStateAgeMs' | 'whenSavepointFails'
>;

/**
 * Stops the job and notes its restore point as the one from which the next start goes on.
 * @throws the failure of a stop that left the job running: then nothing has changed.
 */
export async function stopGeneration(account: OperationRun, wish: StopWish, step: StepName): Promise<StoppedJob> {
  const { generation } = wish;
  const calls = waits(generation.spec.spec.cluster, stopMs + readStorageMs);
  const requester = { uid: account.uid, operation: account.number };
  const summary = `Stop ${generationName(generation.identity)} with its state kept`;
  const wasLeft = account.leftRunning;
  account.leftRunning = false;
  const stopped = await account.step(step, async () => {
    const outcome = await calls.stopJob.executeWithOptions({ summary }, [{ ...wish, withinMs: stopMs, requester }]);
    if (!outcome.refused) return outcome;
    account.leftRunning = wasLeft;
    throw errorOf(outcome.refused);
  });
  account.startedFrom = undefined;
  recordStopSavepoint(account, wish, stopped);
  // A generation that never completed a checkpoint took nothing over: an older restore point stays the right one.
  account.restorePoint = stopped.finished ? undefined : (stopped.restorePoint ?? account.restorePoint);
  return stopped;
}

/** The same where a candidate may be met: its state counts for nothing, so it is only canceled. */
export async function stopOrCancel(account: OperationRun, wish: StopWish, step: StepName): Promise<void> {
  if (wish.generation.candidate) await cancelGeneration(account, wish.generation, 'candidateCanceled');
  else await stopGeneration(account, wish, step);
}
