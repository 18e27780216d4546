/**
 * After a job's entity was terminated by hand, an operation of it may still be clearing up or carrying on. A new entity
 * waits for it, since two operations must never act on one job.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { lateAttemptMs } from '../../core/late-attempt.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { withHeartbeat } from '../heartbeat.ts';

export interface SettleOrphansInput {
  readonly tenant: string;
  readonly name: string;
}

/** Resolves when every operation of this job belongs to the entity that asks, or can do nothing more. */
export async function settleOrphans(temporal: Client, input: SettleOrphansInput): Promise<void> {
  const own = Context.current().info.workflowExecution?.runId;
  const query = `ExecutionStatus IN ('Running', 'Terminated', 'TimedOut') AND WorkflowId STARTS_WITH '${jobWorkflowId(input)}/'`;
  await withHeartbeat(async (signal) => {
    while (await mayAnotherAct(temporal, query, own)) await pause(250, undefined, { signal });
  });
}

async function mayAnotherAct(temporal: Client, query: string, own: string | undefined): Promise<boolean> {
  for await (const { runId, closeTime } of temporal.workflow.list({ query })) {
    const isOver = closeTime !== undefined && Date.now() - closeTime.getTime() > lateAttemptMs;
    // By its run: a new entity counts from 1 again, and gives the ids of the old one's operations.
    if (runId !== own && !isOver) return true;
  }
  return false;
}
