/**
 * After a job's entity was terminated by hand, an operation of it may still be clearing up or carrying on. A new entity
 * waits for it, since two operations must never act on one job.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { mayStillAct } from '../../core/late-attempt.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { operationsOf } from './operations-of.ts';

export interface SettleOrphansInput {
  readonly tenant: string;
  readonly name: string;
}

/** Resolves when every operation of this job belongs to the entity that asks, or can do nothing more. */
export async function settleOrphans(temporal: Client, input: SettleOrphansInput): Promise<void> {
  const { workflowExecution, currentAttemptScheduledTimestampMs } = Context.current().info;
  const own = workflowExecution?.runId;
  const startedAt = performance.now();
  // Temporal's clock, rather too early than too late: this process's own may be minutes off.
  const nowMs = () => currentAttemptScheduledTimestampMs + (performance.now() - startedAt);
  await withHeartbeat(async (signal) => {
    while (await mayAnotherAct(temporal, input, own, nowMs())) await pause(250, undefined, { signal });
  });
}

async function mayAnotherAct(
  temporal: Client,
  job: SettleOrphansInput,
  own: string | undefined,
  nowMs: number,
): Promise<boolean> {
  // By its run: a new entity counts from 1 again, and gives the ids of the old one's operations.
  for await (const { runId, closeTime } of operationsOf(temporal, job, ['Running', 'Terminated', 'TimedOut']))
    if (runId !== own && mayStillAct(closeTime?.getTime(), nowMs)) return true;
  return false;
}
