/**
 * What the next operation is, decided by core's rules outside the workflow: the answer is in the history, so that a changed
 * rule breaks no replay.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';

export const { planOperation } = proxyLocalActivities<Pick<ControlActivities, 'planOperation'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
});
