/**
 * Upgrade: brings a running job to its next revision. Warm, the next Flink cluster is up before the job stops, and the old
 * one stays until the job is stable; else the old one goes first. What does not become stable is rolled back. Blue/green, a
 * candidate comes up beside the job, and what becomes of it is decided by another operation.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { CandidateRun } from './candidate-run.ts';
import { cleanSavepoints } from './dispose-files.ts';
import { UpgradeRun } from './upgrade-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, upgrade);
export async function upgrade(input: TargetInput): Promise<OperationResult> {
  return input.record.plan?.strategy === 'blueGreen' ? bringCandidate(input) : replace(input);
}

async function replace(input: TargetInput): Promise<OperationResult> {
  const run = new UpgradeRun(input);
  return run.account.run(
    async () => {
      await run.askCluster();
      await run.warmUp();
      if (!(await run.stopPrevious())) return;
      await run.startNext();
      await run.seeItStable();
      await run.removePrevious();
      await cleanSavepoints(run.account, input);
    },
    (failure) => run.undo(failure),
  );
}

async function bringCandidate(input: TargetInput): Promise<OperationResult> {
  const run = new CandidateRun(input);
  return run.account.run(
    () =>
      run.account.untilNoReturn(async () => {
        await run.askCluster();
        await run.bringUp();
        await run.seeItStable();
      }),
    () => run.undo(),
  );
}
