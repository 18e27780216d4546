/** The operations of a job as Temporal lists them, whichever entity of it they belong to. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { jobWorkflowId, type JobIdentity } from '../../core/names.ts';

type Status = 'Running' | 'Terminated' | 'TimedOut';

/** @param statuses in Temporal's words: those that are listed are now in one of these. */
export function operationsOf(
  temporal: Client,
  job: Pick<JobIdentity, 'tenant' | 'name'>,
  statuses: readonly Status[],
): AsyncIterable<WorkflowExecutionInfo> {
  const quoted = statuses.map((status) => `'${status}'`).join(', ');
  const query = `ExecutionStatus IN (${quoted}) AND WorkflowId STARTS_WITH '${jobWorkflowId(job)}/'`;
  return temporal.workflow.list({ query });
}
