/** The age of the state that a job waits with: no stop judges what an earlier operation has left. */
import { agingOf, waitedTooLong } from '../core/aging.ts';
import type { OperationInput } from '../core/operation-result.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';

/**
 * What this operation itself has stopped its stop has judged, in the cluster.
 * @throws STATE_TOO_OLD where a start by this spec would go on from what the job has waited with for too long.
 */
export function assertYoung(account: OperationRun, { aging }: OperationInput, spec: FlinkJob): void {
  // What somebody names is of any age.
  if (account.mode === 'restore') return;
  const failure = waitedTooLong(agingOf([aging], account.startsFrom), spec, Date.now());
  if (failure) throw errorOf(failure);
}
