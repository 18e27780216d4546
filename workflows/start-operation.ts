/** Starts the workflow of an operation. One that an earlier workflow of the job began may have its id, and is waited for. */
import { CancellationScope, condition, patched, sleep, startChild } from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { waitedInVain, type NeverBegun } from '../core/never-begun.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import type { OperationInput } from '../core/operation-result.ts';
import { orphansPatienceMs } from '../core/orphans.ts';
import type { AbortRequest } from './abort-request.ts';
import { operationWorkflows } from './operation-workflows.ts';
import { searchCluster, searchJob, searchOperation, searchTenant } from './search-attributes.ts';
import { orphansLeft } from './settle-orphans.ts';

/** The child, or why there is none. */
export type Started = { readonly child: ChildWorkflowHandle<Workflow> } | NeverBegun;

/** Temporal's lists are some seconds behind: who is not on them any more may still have the id. */
const firstPauseMs = 1_000;
const pauseMsMax = 60_000;

/** @param abortion what asks the operation to give up: before it has begun it always can. */
export async function startOperation(
  input: OperationInput,
  abortion: () => AbortRequest | undefined,
): Promise<Started> {
  const endsAt = Date.now() + orphansPatienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    const child = await startOnce(input);
    if (child) return { child };
    const hasEnd = patched('start-has-an-end');
    const inVain = hasEnd ? await waitForOrphan(input, abortion, endsAt) : undefined;
    if (inVain) return inVain;
    const summary = 'An operation of an earlier workflow of this job is still ending';
    await sleep(hasEnd ? pauseMs : firstPauseMs, { summary });
  }
}

/** @returns undefined where its id is taken. */
async function startOnce(input: OperationInput): Promise<ChildWorkflowHandle<Workflow> | undefined> {
  const { kind, workflowId, reason } = input.record;
  try {
    return await startChild(operationWorkflows[kind].name, {
      workflowId: workflowId ?? '',
      args: [input],
      parentClosePolicy: 'REQUEST_CANCEL',
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      staticSummary: `${operationKinds[kind].title} of ${input.tenant}/${input.name} on ${input.cluster}: ${reason}`,
      typedSearchAttributes: [
        { key: searchTenant, value: input.tenant },
        { key: searchJob, value: input.name },
        { key: searchCluster, value: input.cluster },
        { key: searchOperation, value: kind },
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** @returns why it is not waited for any longer; undefined where the id may be free. */
async function waitForOrphan(
  { record, tenant, name }: OperationInput,
  abortion: () => AbortRequest | undefined,
  endsAt: number,
): Promise<NeverBegun | undefined> {
  const scope = new CancellationScope();
  const isAborted = () => abortion() !== undefined;
  const left = await scope.run(async () => {
    const settled = orphansLeft({ tenant, name }, Math.max(0, endsAt - Date.now()));
    return Promise.race([settled, condition(isAborted).then(() => undefined)]);
  });
  scope.cancel();
  const stay = left?.left ?? [record.workflowId ?? ''];
  return waitedInVain({ stay, abort: abortion(), isTimeUp: Date.now() >= endsAt, name });
}
