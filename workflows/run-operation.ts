/** Runs one operation of a job as its child workflow, and brings back its result. */
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  sleep,
  startChild,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { countedCandidate } from '../core/candidate.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import type { OperationInput, OperationResult, TargetInput } from '../core/operation-result.ts';
import { takeTarget } from '../core/operation-targets.ts';
import { abortOperation, type AbortRequest } from './abort-request.ts';
import { operationWorkflows } from './operation-workflows.ts';
import { searchCluster, searchJob, searchOperation, searchTenant } from './search-attributes.ts';

/**
 * Makes what the next operation is started with.
 * @param revision the one that it shall bring about; a newer one may have been accepted meanwhile.
 * @param wasRunning whether the job ran, as far as is known.
 */
export function inputOf(
  state: JobState,
  revision: Revision,
  operation: QueuedOperation,
  wasRunning: boolean,
): OperationInput {
  const { record, recordSeq, deletion, savepointsLeft, savepointWish, restoreFrom, force, goesBack, forgets } =
    operation;
  const { spec } = revision;
  const input: OperationInput = {
    record,
    recordSeq,
    tenant: state.tenant,
    name: state.name,
    uid: state.uid,
    cluster: spec.spec.cluster,
    namespace: spec.spec.namespace,
    generations: state.generations,
    wasRunning,
    spec,
    askCluster: !state.askedCluster,
    ...(countedCandidate(state) && { besideCandidate: true }),
    ...endOf(state, record),
    ...(deletion && { deletion }),
    ...(savepointsLeft && { savepointsLeft }),
    ...(restoreFrom && { restoreFrom }),
    ...(force && { force }),
    ...(forgets && { forgets }),
    ...(goesBack && state.lastRun && { lastStable: state.lastRun }),
    ...(state.restorePoint === undefined ? {} : { restorePoint: state.restorePoint }),
    ...(state.startedFrom === undefined ? {} : { startedFrom: state.startedFrom }),
    ...(state.savepoints === undefined ? {} : { savepoints: state.savepoints }),
    ...(savepointWish && { savepointWish }),
  };
  const target = takeTarget(state, revision, operation);
  const withTarget: TargetInput | undefined = target && { ...input, target };
  return withTarget ?? input;
}

/** How the job has ended that is to be cleared away. */
function endOf({ phase }: JobState, { kind }: QueuedOperation['record']): Pick<OperationInput, 'wasCanceled'> {
  return kind === 'cleanup' && phase === 'CANCELED' ? { wasCanceled: true } : {};
}

/**
 * Runs the child to its end. @returns its result, of a failed operation too; undefined when the child ended without one.
 * @param abortion is looked at while the child runs; each time it asks for something new, the child is told.
 */
export async function carryOut(
  input: OperationInput,
  abortion: () => AbortRequest | undefined,
): Promise<OperationResult | undefined> {
  const child = await start(input);
  const end = { isThere: false };
  const result = resultOf(child).finally(() => {
    end.isThere = true;
  });
  await tellAbortions(child, end, abortion);
  return result;
}

async function tellAbortions(
  child: ChildWorkflowHandle<Workflow>,
  end: { readonly isThere: boolean },
  abortion: () => AbortRequest | undefined,
): Promise<void> {
  let told: AbortRequest | undefined;
  while (!end.isThere) {
    await condition(() => end.isThere || abortion() !== told);
    told = abortion();
    // The child may end in this very moment: then there is nothing left to ask of it.
    if (!end.isThere && told) await child.signal(abortOperation, told).catch(() => undefined);
  }
}

async function start(input: OperationInput): Promise<ChildWorkflowHandle<Workflow>> {
  for (;;) {
    try {
      return await startOnce(input);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      // An operation of an earlier entity of this name, which was ended by hand, has this id until it has cleared up.
      await sleep('1s', { summary: 'An operation of an earlier workflow of this job is still ending' });
    }
  }
}

function startOnce(input: OperationInput): Promise<ChildWorkflowHandle<Workflow>> {
  const { kind, workflowId, reason } = input.record;
  return startChild(operationWorkflows[kind].name, {
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
}

async function resultOf(child: ChildWorkflowHandle<Workflow>): Promise<OperationResult | undefined> {
  try {
    const result: unknown = await child.result();
    return isResult(result) ? result : undefined;
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    const [carried] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    return isResult(carried) ? carried : undefined;
  }
}

function isResult(value: unknown): value is OperationResult {
  return typeof value === 'object' && value !== null && 'record' in value && 'generations' in value;
}
