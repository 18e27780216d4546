/** Whether an attempt of an activity is still the one that Temporal waits for. */
import type { Client } from '@temporalio/client';
import { isWorkflowGone } from './errors.ts';

export interface ActivityAttempt {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Not so once it has timed out or has ended, or its workflow has. It is a read, and costs no action. @throws gRPC errors */
export async function isCurrentAttempt(client: Client, wanted: ActivityAttempt): Promise<boolean> {
  const { workflowId, runId, activityId, attempt } = wanted;
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
    // A run that has ended still lists what was under way then.
    if (status.name !== 'RUNNING') return false;
    return (raw.pendingActivities ?? []).some((one) => one.activityId === activityId && one.attempt === attempt);
  } catch (error) {
    if (isWorkflowGone(error)) return false;
    throw error;
  }
}
