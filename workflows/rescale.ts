/**
 * Rescale: gives a running job another parallelism without stopping it. New TaskManagers come first, those that are left
 * over go last; until Flink is asked, whatever happens leaves the job untouched, and after that it is put back.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationResult, TargetInput } from '../core/operation-result.ts';
import { RescaleRun } from './rescale-run.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, rescale);
export async function rescale(input: TargetInput): Promise<OperationResult> {
  const run = new RescaleRun(input);
  return run.account.run(
    async () => {
      const checked = await run.prepare();
      if (checked && run.changesParallelism) await run.change(checked);
      await run.noteRevision();
      if (checked) await run.removeTaskManagers(checked);
      await run.conclude();
    },
    (failure) => run.undo(failure),
  );
}
