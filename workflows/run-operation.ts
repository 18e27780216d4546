/** Runs one operation of a job as its child workflow, and brings back its result. */
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import { countedCandidate } from '../core/candidate.ts';
import { waitingChange } from '../core/job-changes.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import { neverBegun } from '../core/never-begun.ts';
import type { OperationInput, OperationResult, TargetInput } from '../core/operation-result.ts';
import { takeTarget } from '../core/operation-targets.ts';
import { abortOperation, type AbortRequest } from './abort-request.ts';
import { startOperation } from './start-operation.ts';

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
  const { record, recordSeq, goesBack } = operation;
  const { spec } = revision;
  const restoring = waitingChange(state.queue)?.restoreFrom;
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
    ...saidOf(operation),
    ...(restoring !== undefined && { restoring }),
    ...(goesBack && state.lastRun && { lastStable: state.lastRun }),
    ...(state.restorePoint === undefined ? {} : { restorePoint: state.restorePoint }),
    ...(state.aging && { aging: state.aging }),
    ...(state.startedFrom === undefined ? {} : { startedFrom: state.startedFrom }),
    ...(state.savepoints === undefined ? {} : { savepoints: state.savepoints }),
  };
  const target = takeTarget(state, revision, operation);
  const withTarget: TargetInput | undefined = target && { ...input, target };
  return withTarget ?? input;
}

/** What its caller said for this once. */
function saidOf({
  deletion,
  savepointsLeft,
  savepointWish,
  restoreFrom,
  asked,
  mode,
  force,
  forgets,
}: QueuedOperation) {
  return {
    ...(deletion && { deletion }),
    ...(savepointsLeft && { savepointsLeft }),
    ...(savepointWish && { savepointWish }),
    ...(restoreFrom && { restoreFrom }),
    ...(asked && { asked }),
    ...(mode && { mode }),
    ...(force && { force }),
    ...(forgets && { forgets }),
  };
}

/** How the job has ended that is to be cleared away. */
function endOf({ phase }: JobState, { kind }: QueuedOperation['record']): Pick<OperationInput, 'wasCanceled'> {
  return kind === 'cleanup' && phase === 'CANCELED' ? { wasCanceled: true } : {};
}

/**
 * Runs the child to its end. @returns its result, of a failed operation too, or of one that could not begin; undefined when the
 * child ended without one.
 * @param abortion is looked at while the child runs; each time it asks for something new, the child is told.
 */
export async function carryOut(
  input: OperationInput,
  abortion: () => AbortRequest | undefined,
): Promise<OperationResult | undefined> {
  const started = await startOperation(input, abortion);
  if (!('child' in started)) return neverBegun(input, started, new Date().toISOString());
  const { child } = started;
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
