/** Operations of an earlier entity of a job's name, which was ended by hand: two must never act on one job. */
import { proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { controlTaskQueue } from '../core/names.ts';

/** Waits until none of them can act any more; they are bounded like any operation, but may wait for an agent. */
export const { settleOrphans } = proxyActivities<Pick<ControlActivities, 'settleOrphans'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  summary: 'Wait for operations of an earlier workflow of this job',
});

/** Ends them where they stand, for a job that is forgotten. */
export const { endOrphans } = proxyActivities<Pick<ControlActivities, 'endOrphans'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  summary: 'End operations of an earlier workflow of this job',
});
