/**
 * Operations of a job whose entity was terminated by hand, and that is forgotten: they wait for an agent that does not come back. Each
 * is asked to end where it stands; what no worker can tell that is terminated.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import { abortOperationName } from '../../core/abort-operation.ts';
import type { OperationResult } from '../../core/operation-result.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { operationsOf } from './operations-of.ts';

export interface EndOrphansInput {
  readonly tenant: string;
  readonly name: string;
  readonly reason: string;
}

/** How long one that was told gets, in milliseconds: it does nothing more than end. */
const patienceMs = 10_000;

/** How often it is looked whether it has ended, in milliseconds. */
const lookEveryMs = 250;

/** @returns the workflow ids of those that were ended. Repeated, it finds the rest. */
export function endOrphans(
  postgres: Postgres,
  temporal: Client,
  input: EndOrphansInput,
): Promise<{ readonly ended: string[] }> {
  const own = Context.current().info.workflowExecution?.runId;
  return withHeartbeat(async (signal) => {
    const ended: string[] = [];
    for await (const { workflowId, runId } of operationsOf(temporal, input, ['Running'])) {
      if (runId === own) continue;
      const orphan = temporal.workflow.getHandle(workflowId, runId);
      if (await endOne(orphan, input.reason, signal)) ended.push(workflowId);
      await recordEnd(postgres, orphan);
    }
    return { ended };
  });
}

/** @returns whether it had not ended by itself. */
async function endOne(orphan: WorkflowHandle, reason: string, signal: AbortSignal): Promise<boolean> {
  try {
    await orphan.signal(abortOperationName, { reason, isAsked: true, isForced: true });
    const toldAt = performance.now();
    while (performance.now() - toldAt < patienceMs) {
      if ((await orphan.describe()).status.name !== 'RUNNING') return true;
      await pause(lookEveryMs, undefined, { signal });
    }
    await orphan.terminate(reason);
    return true;
  } catch (error) {
    if (!isWorkflowGone(error)) throw error;
    return false;
  }
}

/** Its entity, which would write how it ended, is gone. One that was terminated says nothing. */
async function recordEnd(postgres: Postgres, orphan: WorkflowHandle): Promise<void> {
  const result = await orphan.result().catch(resultIn);
  if (isResult(result)) await writeRecords(postgres, result.unwritten);
}

function resultIn(error: unknown): unknown {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
}

function isResult(value: unknown): value is OperationResult {
  return typeof value === 'object' && value !== null && 'unwritten' in value;
}
