/** Deploy, and resume: brings a job to one revision. What ran before is stopped with its state first; what fails is cleared away. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { cleanSavepoints } from './dispose-files.ts';
import { DeployRun } from './deploy-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, deploy);
export async function deploy(input: TargetInput): Promise<OperationResult> {
  const run = new DeployRun(input);
  return run.account.run(
    async () => {
      // Before anything is stopped: an agent that is away is noticed here, and what an attempt that came late has made.
      const found = await run.askCluster();
      if (input.askCluster && run.adopts(found)) return run.seeItRun();
      if (!input.askCluster) run.includes(found);
      if (!(await run.stopPrevious())) return;
      await run.startCluster();
      await run.startJob();
      await run.seeItStable();
      await cleanSavepoints(run.account, input);
    },
    (failure) => run.undo(failure),
  );
}
