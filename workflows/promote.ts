/** Promote: the candidate becomes the job. From where its anchor says so there is no return; then the old job ends. */
import { setWorkflowOptions } from '@temporalio/workflow';
import { stillNeeded } from '../core/adoption.ts';
import { promoted, toPromote, wasPromoted } from '../core/candidate.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { cancelGeneration } from './cancel-generation.ts';
import { cleanSavepoints } from './dispose-files.ts';
import { GenerationSteps } from './generation-steps.ts';
import { errorOf } from './carried-failure.ts';
import { OperationRun } from './operation-run.ts';
import { findInCluster, leavesPromotion } from './reconcile.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, promote);
export async function promote(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  let job: GenerationSteps | undefined;
  const act = async () => {
    // One that was lost may be past that point: only the cluster knows.
    const found = await findInCluster(run, input, run.lost.length === 0);
    const chosen = toPromote(run.generations, input.generations);
    if (!chosen) throw errorOf(nothingThere);
    const candidate = new GenerationSteps(run, promoted(chosen));
    const isThrough = wasPromoted(chosen, input.generations);
    if (!isThrough) await run.untilNoReturn(() => candidate.tasksRunning());
    await candidate.published('candidatePromoted');
    run.activate(candidate.generation);
    run.isBrought = true;
    job = candidate;
    run.note({ generation: chosen.identity.number });
    run.startedFrom = stillNeeded(found, chosen);
    run.restorePoint = undefined;
    for (const previous of run.generations.slice(0, -1)) {
      await cancelGeneration(run, previous, 'previousStopped');
      await new GenerationSteps(run, previous).cleared('previousRemoved');
    }
    // It was seen to run before it became the job: what is wrong with it since is mended as of any job, and not waited for before that.
    if (isThrough) await candidate.tasksRunning().catch(() => undefined);
    await cleanSavepoints(run, input);
    await candidate.settledIfFinished();
  };
  return run.run(act, async () => {
    if (job) await kept(run, job);
    else leavesPromotion(run, input);
  });
}

/** What it has promoted is what runs, though what ran before could not be cleared away. */
async function kept(run: OperationRun, job: GenerationSteps): Promise<void> {
  run.leftRunning = true;
  await job.settledIfFinished();
}

const nothingThere = {
  code: 'OBJECTS_GONE',
  message: 'There is no candidate in the cluster any more, and no other Flink cluster of the job.',
  cure: 'See who deletes what they did not make, and apply the spec again.',
} as const;
