/** Savepoint: takes one of the running job, which goes on. */
import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { cleanSavepoints } from './dispose-files.ts';
import { OperationRun } from './operation-run.ts';
import { takeSavepoint } from './take-savepoint.ts';

setWorkflowOptions({ versioningBehavior: 'PINNED' }, savepoint);
export async function savepoint(input: OperationInput): Promise<OperationResult> {
  const run = new OperationRun(input);
  return run.run(async () => {
    await takeSavepoint(run, input);
    await cleanSavepoints(run, input);
  });
}
