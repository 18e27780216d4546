/** Operations of an earlier entity of a job's name, which was ended by hand: two must never act on one job. */
import { proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import type { SettleOrphansInput } from '../activities/control/settle-orphans.ts';
import { controlTaskQueue } from '../core/names.ts';
import { orphansAwaited, orphansPatienceMs, orphansStay } from '../core/orphans.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';

const control = proxyActivities<Pick<ControlActivities, 'settleOrphans'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: orphansPatienceMs + 60_000,
  heartbeatTimeout: '10s',
  summary: 'Wait for operations of an earlier workflow of this job',
});

/**
 * Waits until none of them can act any more, as a step of its own where there are any: they are bounded like any operation, but may wait for
 * an agent. @throws EARLIER_OPERATION_RUNS
 */
export async function settleOrphans(
  account: Pick<OperationRun, 'step'>,
  job: Pick<SettleOrphansInput, 'tenant' | 'name'>,
): Promise<void> {
  const seen = await control.settleOrphans({ ...job, patienceMs: 0 });
  if (!seen) return;
  const wait = async () => {
    const stay = await control.settleOrphans({ ...job, patienceMs: orphansPatienceMs });
    if (stay) throw errorOf(orphansStay(stay.left, job.name));
  };
  await account.step('orphansAwaited', wait, orphansAwaited(seen.left));
}

/** Waits for the same without a step. @returns those that may still act then; undefined where there is none. */
export function orphansLeft(job: Pick<SettleOrphansInput, 'tenant' | 'name'>, patienceMs: number) {
  return control.settleOrphans({ ...job, patienceMs });
}

/** Ends them where they stand, for a job that is forgotten. */
export const { endOrphans } = proxyActivities<Pick<ControlActivities, 'endOrphans'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  summary: 'End operations of an earlier workflow of this job',
});
