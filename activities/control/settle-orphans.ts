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
  /** How long it is waited for them at most, in milliseconds, over all attempts; 0 for one look. Operations of releases before say none. */
  readonly patienceMs?: number;
}

/**
 * Resolves when every operation of this job belongs to the entity that asks, or can do nothing more, or the time is up.
 * @returns the workflow ids of those that may still act; undefined where there is none.
 */
export async function settleOrphans(
  temporal: Client,
  { patienceMs = Infinity, ...job }: SettleOrphansInput,
): Promise<{ readonly left: readonly string[] } | undefined> {
  const { workflowExecution, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  const own = workflowExecution?.runId;
  const startedAt = performance.now();
  // Temporal's clock, rather too early than too late: this process's own may be minutes off.
  const nowMs = () => currentAttemptScheduledTimestampMs + (performance.now() - startedAt);
  return withHeartbeat(async (signal) => {
    for (;;) {
      const left = await thoseWhoMayAct(temporal, job, own, nowMs());
      if (left.length === 0) return undefined;
      if (nowMs() - scheduledTimestampMs >= patienceMs) return { left };
      await pause(250, undefined, { signal });
    }
  });
}

async function thoseWhoMayAct(
  temporal: Client,
  job: SettleOrphansInput,
  own: string | undefined,
  nowMs: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  // By its run: a new entity counts from 1 again, and gives the ids of the old one's operations.
  for await (const { runId, workflowId, closeTime } of operationsOf(temporal, job, [
    'Running',
    'Terminated',
    'TimedOut',
  ]))
    if (runId !== own && mayStillAct(closeTime?.getTime(), nowMs)) found.push(workflowId);
  return found;
}
