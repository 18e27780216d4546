/**
 * Remove: ends the job as its deletion says, then clears away every generation and what belongs to none. Files of checkpoints
 * stay, and those of savepoints unless the deletion says otherwise.
 */
import { setWorkflowOptions, sleep } from '@temporalio/workflow';
import { newestLast, unfound, type FoundGeneration } from '../core/adoption.ts';
import { deletionOf, savepointsGo } from '../core/deletion.ts';
import type { Failure } from '../core/failure.ts';
import { hasDurableStorage, type Generation } from '../core/generation.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { leftBehind } from '../core/left-behind.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { goingWithJob } from '../core/removed-savepoints.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { withSavepoints } from '../core/savepoint-list.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { clearGeneration } from './clear-generation.ts';
import { shortCalls } from './cluster-activities.ts';
import { disposeUnneeded } from './dispose-unneeded.ts';
import { agentAwayMs } from './generation-steps.ts';
import { errorOf, failureOf } from './carried-failure.ts';
import { OperationRun } from './operation-run.ts';
import { endOrphans, settleOrphans } from './settle-orphans.ts';
import { withStandIn } from './stand-in.ts';
import { stopGeneration } from './stop-generation.ts';

export interface RemoveInput extends OperationInput {
  /** Where its savepoints go too and it has no generation: one in whose name the storage may be reached. */
  readonly target?: Generation;
}

setWorkflowOptions({ versioningBehavior: 'PINNED' }, remove);
export async function remove(input: RemoveInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  const how = deletionOf(input.spec, input);
  // What is half removed is removed by the next try: there is nothing to put back.
  return run.run(async () => {
    if (input.forgets) await endOrphansOf(run, input);
    if (how === 'leave') await run.step('leftAlone', async () => ({ detail: leftBehind(input, input.generations) }));
    else await endEverything(run, input, how === 'savepoint');
    run.generations = [];
  });
}

/** What an earlier workflow of the job began would wait for the cluster for ever. */
async function endOrphansOf(run: OperationRun, { tenant, name }: RemoveInput): Promise<void> {
  const { ended } = await endOrphans({ tenant, name, reason: `${run.current.requestedBy} had the job forgotten` });
  if (ended.length === 0) return;
  await run.step('orphansEnded', async () => {
    await sleep(lateAttemptMs, { summary: 'What was ended where it stood may still act' });
    return { detail: ended.join(', ') };
  });
}

async function endEverything(run: OperationRun, input: RemoveInput, withSavepoint: boolean): Promise<void> {
  const found = await everythingOf(run, input);
  const all = newestLast(found);
  for (const generation of all) {
    if (generation.candidate) await cancelGeneration(run, generation, 'candidateCanceled');
    else if (withSavepoint && hasDurableStorage(generation.spec)) await stopped(run, generation);
    else await cancelGeneration(run, generation, 'jobCanceled');
    if (!generation.candidate) run.leftRunning = false;
    if (generation === all.at(-1)) await disposeLeft(run, input, generation);
    await clearGeneration(generation, (step, act) => run.step(step, act));
    run.forget(generation);
  }
  for (const generation of unfound(input.generations, found)) await clearUnfound(run, generation);
  // Nothing of it runs any more that could need what it was started from.
  run.startedFrom = undefined;
  if (all.length === 0) await disposeByStandIn(run, input);
}

/** Somebody has deleted its anchor, or it was never made: what Flink itself has made for its high availability has no owner, and stays. */
async function clearUnfound(run: OperationRun, generation: Generation): Promise<void> {
  if (!generation.candidate) run.leftRunning = false;
  await clearGeneration(generation, (step, act) => run.step(step, act));
  run.forget(generation);
}

/** What cannot be deleted now stays listed, and can be disposed of by the name of the removed job. */
async function disposeLeft(run: OperationRun, input: RemoveInput, host: Generation): Promise<void> {
  const left = leftOf(run, input, host);
  if (left.length === 0) return;
  await run.step('savepointsDisposed', () => disposeUnneeded(run, host, left)).catch(() => undefined);
}

/** The same for a job that has no Flink cluster any more. */
async function disposeByStandIn(run: OperationRun, input: RemoveInput): Promise<void> {
  const standIn = input.target ?? input.generations.at(-1);
  if (!standIn || leftOf(run, input, standIn).length === 0) return;
  try {
    await withStandIn(run, standIn, () => disposeLeft(run, input, standIn));
  } catch (error) {
    // As long as nothing of it is left, the job is as removed as it shall be.
    if (run.generations.length > 0) throw error;
  }
}

function leftOf(run: OperationRun, input: RemoveInput, { spec }: Generation): readonly CompletedSavepoint[] {
  if (!savepointsGo(input.spec, input)) return [];
  const all = withSavepoints(input.savepoints, run.changedSavepoints) ?? [];
  const kept = deletionOf(input.spec, input) === 'savepoint' ? run.restorePoint : undefined;
  return goingWithJob(all, spec.spec.storage.savepoints, kept);
}

function everythingOf(run: OperationRun, input: OperationInput): Promise<readonly FoundGeneration[]> {
  const { tenant, name, namespace, cluster } = input;
  const look = async () => {
    await settleOrphans(run, { tenant, name });
    const summary = `Look for everything of ${tenant}/${name}`;
    const calls = shortCalls(cluster, agentAwayMs);
    return calls.findGenerations.executeWithOptions({ summary }, [{ tenant, name, namespace, cluster }]);
  };
  // Until here nothing has changed: an agent that is away fails it, and who has asked for it may take it back.
  return run
    .untilNoReturn(() => run.step('clusterAsked', look))
    .then(({ found }) => found)
    .catch((error: unknown) => {
      throw errorOf(orLeft(failureOf(error)));
    });
}

/** A cluster that is gone for good answers nobody any more. */
function orLeft(failure: Failure): Failure {
  if (failure.code !== 'CLUSTER_SILENT') return failure;
  const cure = `${failure.cure} Where the cluster is gone for good, \`drey delete job NAME --forget\` ends it without.`;
  return { ...failure, cure };
}

/** @throws the failure of the savepoint: then the job runs on, and is not removed. */
async function stopped(run: OperationRun, generation: Generation): Promise<void> {
  await stopGeneration(run, { generation, how: 'savepoint' }, 'jobStopped');
}
