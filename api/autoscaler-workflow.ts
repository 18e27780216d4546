/** Asks a job's autoscaler: for a decision now, and for what it knows. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Temporal } from '../clients/temporal/connect.ts';
import { isTemporalAway, isWorkflowGone } from '../clients/temporal/errors.ts';
import { autoscalerWorkflowType, type AutoscalerStart } from '../core/autoscaler/signal.ts';
import { autoscalerWorkflowId, controlTaskQueue } from '../core/names.ts';
import {
  autoscalerStatusName,
  decideNowName,
  type AutoscalerStatus,
  type DecideNowAnswer,
  type DecideNowRequest,
} from '../core/scaling/autoscaler-messages.ts';
import { searchCluster, searchJob, searchTenant } from '../workflows/search-attributes.ts';
import { whatIsMissing } from './job-workflow.ts';
import { Problem } from './problem.ts';
import type { JobRef } from './read-job.ts';

const acceptTimeoutMs = 5_000;
const queryTimeoutMs = 3_000;

/**
 * Has the autoscaler decide now; its workflow is started where there is none.
 * @returns the key that the decision will carry. @throws Problem NOT_YET_ACCEPTED
 */
export async function askForDecision(temporal: Temporal, ref: JobRef, request: DecideNowRequest): Promise<string> {
  try {
    // A worker of an earlier release answers nothing.
    const answer = await temporal.within(acceptTimeoutMs, () =>
      temporal.client.workflow.executeUpdateWithStart<
        (input: AutoscalerStart) => Promise<void>,
        DecideNowAnswer | undefined,
        [DecideNowRequest]
      >(decideNowName, {
        startWorkflowOperation: startOperation(ref, request.cluster),
        updateId: request.key,
        args: [request],
      }),
    );
    return answer?.key ?? request.key;
  } catch (error) {
    if (!isTemporalAway(error)) throw error;
    throw new Problem('NOT_YET_ACCEPTED', 'It was sent, but nothing has said yet that it was accepted.', {
      cure: `Repeat it with the same Idempotency-Key (${request.key}). ${whatIsMissing}`,
      cause: error,
    });
  }
}

/** What the autoscaler knows; undefined where it has no workflow, or Temporal is away. */
export async function askAutoscaler(temporal: Temporal, ref: JobRef): Promise<AutoscalerStatus | undefined> {
  const handle = temporal.client.workflow.getHandle(autoscalerWorkflowId(ref));
  try {
    const query = () => handle.query<AutoscalerStatus | null>(autoscalerStatusName);
    return (await temporal.within(queryTimeoutMs, query)) ?? undefined;
  } catch (error) {
    if (isWorkflowGone(error) || isTemporalAway(error)) return undefined;
    throw error;
  }
}

function startOperation({ tenant, name }: JobRef, cluster: string) {
  return new WithStartWorkflowOperation<(input: AutoscalerStart) => Promise<void>>(autoscalerWorkflowType, {
    workflowId: autoscalerWorkflowId({ tenant, name }),
    taskQueue: controlTaskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ tenant, name }],
    typedSearchAttributes: [
      { key: searchTenant, value: tenant },
      { key: searchJob, value: name },
      { key: searchCluster, value: cluster },
    ],
    staticSummary: `Autoscaler of job ${name} of tenant ${tenant}`,
  });
}
