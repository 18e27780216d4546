/** Ends a generation's job as one step of an operation, so that another may go on from its state. */
import type { StoppedJob, StopJobInput } from '../activities/cluster/stop-shapes.ts';
import { withAging } from '../core/aging.ts';
import { pointBeforeStart } from '../core/left-start.ts';
import { noticesOf } from '../core/notice.ts';
import { flinkJobId, generationName } from '../core/names.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import type { OperationInput } from '../core/operation-result.ts';
import { newestAside } from '../core/savepoint-list.ts';
import type { StepName } from '../core/steps.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { waits } from './cluster-activities.ts';
import type { GenerationSteps } from './generation-steps.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';
import { recordStopSavepoint } from './record-savepoint.ts';

/**
 * Time for a stop with savepoint, for jobs that do not ask for more: longer than Flink's own checkpoint timeout (10 min), since a
 * stop cannot be withdrawn.
 */
const stopMs = 12 * 60_000;

/** Longest attempt, whatever the job's own checkpoint timeout is: the activity ends by itself, and it heartbeats. */
const attemptMs = 24 * 3_600_000;

export type StopWish = Pick<
  StopJobInput,
  'generation' | 'how' | 'next' | 'format' | 'maxStateAgeMs' | 'stateMayBeGone' | 'whenSavepointFails'
>;

/**
 * Stops the job and notes its restore point as the one from which the next start goes on.
 * @throws the failure of a stop that left the job running: then nothing has changed.
 */
export async function stopGeneration(account: OperationRun, wish: StopWish, step: StepName): Promise<StoppedJob> {
  const { generation } = wish;
  const calls = waits(generation.spec.spec.cluster, attemptMs);
  const requester = { uid: account.uid, operation: account.number };
  const summary = `Stop ${generationName(generation.identity)} with its state kept`;
  const aside = newestAside(account.knownSavepoints, flinkJobId(generation.identity, generation.submission));
  const { leftRunning: wasLeft, restorePoint: waitsWith } = account;
  account.leftRunning = false;
  const stopped = await account.step(step, async () => {
    const provesPoint = operationKinds[account.current.kind].mendsBroken ?? false;
    const input = { ...wish, withinMs: stopMs, requester, provesPoint, ...(aside && { aside: aside.path }) };
    const outcome = await calls.stopJob.executeWithOptions({ summary }, [input]);
    if (!outcome.refused) return outcome;
    account.leftRunning = wasLeft;
    throw errorOf(outcome.refused);
  });
  account.startedFrom = undefined;
  recordStopSavepoint(account, wish, stopped);
  for (const notice of noticesOf(stopped)) account.warn(notice);
  // A generation that never completed a checkpoint took nothing over: an older restore point stays the right one.
  account.restorePoint = stopped.finished ? undefined : (stopped.restorePoint ?? account.restorePoint);
  account.aging = withAging(account.aging, stopped, waitsWith);
  return stopped;
}

/** What a job has done that an operation started and gives up. */
export type StartedJob = 'finished' | 'committed' | 'nothing';

/**
 * Ends what an operation has started, when it is given up. The next start goes on from a checkpoint that the job has
 * completed, for its sinks have committed up to there; from `before` where it has none; and a job that has finished meanwhile has finished.
 */
export async function endStarted(
  account: OperationRun,
  started: GenerationSteps,
  { before, step }: { readonly before: string | undefined; readonly step: StepName },
): Promise<StartedJob> {
  const wish = { generation: started.generation, how: 'cancel' } as const;
  const { aging } = account;
  const stopped = started.isSubmitted ? await stopGeneration(account, wish, step) : undefined;
  if (stopped?.finished) {
    started.hasFinished = true;
    account.finished = true;
    return 'finished';
  }
  if (stopped?.kind !== undefined) return 'committed';
  account.restorePoint = before;
  // What the job waits with began to age long before this start, or does not age.
  account.aging = aging;
  return 'nothing';
}

/**
 * Stops what an operation finds there: what runs, what is left of a start that failed, whose point is not the one that the job waits with, or a
 * candidate, whose state counts for nothing, so it is only canceled.
 */
export async function stopFound(
  account: OperationRun,
  input: OperationInput,
  wish: StopWish,
  step: StepName,
): Promise<StoppedJob | undefined> {
  const { generation } = wish;
  if (!generation.candidate) {
    const stopped = await stopGeneration(account, wish, step);
    account.restorePoint = pointBeforeStart(input, generation, stopped) ?? account.restorePoint;
    return stopped;
  }
  await cancelGeneration(account, generation, 'candidateCanceled');
  return undefined;
}
