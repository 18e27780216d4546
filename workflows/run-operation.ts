/** Runs one operation of a job as its child workflow, and brings back its result. */
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  sleep,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Generation } from '../core/generation.ts';
import type { JobState, QueuedOperation } from '../core/job-state.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import { operationTitles } from '../core/steps.ts';
import { deploy, type DeployInput } from './deploy.ts';
import { abortOperation } from './operation-run.ts';
import { remove } from './remove.ts';
import { searchCluster, searchJob, searchOperation, searchTenant } from './search-attributes.ts';

/** What the child is started with; `kind` says which workflow it is. */
export type OperationPlan =
  | { readonly kind: 'deploy'; readonly input: DeployInput }
  | { readonly kind: 'remove'; readonly input: OperationInput };

/**
 * Makes the plan of the next operation. A deploy's generation is noted as possibly there before anything makes it, so
 * that it is never forgotten, whatever happens to the child.
 */
export function planOf(state: JobState, next: QueuedOperation, wasRunning: boolean): OperationPlan {
  const { spec } = state.revision.spec;
  const input: OperationInput = {
    record: next.record,
    recordSeq: next.recordSeq,
    tenant: state.tenant,
    name: state.name,
    uid: state.uid,
    cluster: spec.cluster,
    namespace: spec.namespace,
    generations: state.generations,
    wasRunning,
    ...(state.restorePoint === undefined ? {} : { restorePoint: state.restorePoint }),
  };
  if (next.record.kind === 'remove') return { kind: 'remove', input };
  const target = newGeneration(state);
  state.generations = [...state.generations, target];
  return { kind: 'deploy', input: { ...input, target, askCluster: !state.askedCluster } };
}

function newGeneration(state: JobState): Generation {
  state.lastGeneration += 1;
  const { number, spec, specHash } = state.revision;
  return {
    identity: { tenant: state.tenant, name: state.name, uid: state.uid, number: state.lastGeneration },
    revision: number,
    specHash,
    spec,
    submission: 1,
  };
}

/**
 * Runs the child to its end. @returns its result, of a failed operation too; undefined when the child ended without one.
 * @param abortReason is looked at while the child runs; once it gives a reason the child is asked to give up.
 */
export async function carryOut(
  plan: OperationPlan,
  abortReason: () => string | undefined,
): Promise<OperationResult | undefined> {
  const child = await start(plan);
  let ended = false;
  const result = resultOf(child).finally(() => {
    ended = true;
  });
  await condition(() => ended || abortReason() !== undefined);
  const reason = abortReason();
  // The child may end in this very moment: then there is nothing left to ask of it.
  if (!ended && reason !== undefined) await child.signal(abortOperation, reason).catch(() => undefined);
  return result;
}

async function start(plan: OperationPlan): Promise<ChildWorkflowHandle<typeof deploy | typeof remove>> {
  for (;;) {
    try {
      return await startOnce(plan);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      // An operation of an earlier entity of this name, which was ended by hand, has this id until it has cleared up.
      await sleep('1s', { summary: 'An operation of an earlier workflow of this job is still ending' });
    }
  }
}

function startOnce(plan: OperationPlan): Promise<ChildWorkflowHandle<typeof deploy | typeof remove>> {
  const { input } = plan;
  const options = {
    workflowId: input.record.workflowId,
    parentClosePolicy: 'REQUEST_CANCEL' as const,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED' as const,
    staticSummary: `${operationTitles[plan.kind]} of ${input.tenant}/${input.name} on ${input.cluster}: ${input.record.reason}`,
    typedSearchAttributes: [
      { key: searchTenant, value: input.tenant },
      { key: searchJob, value: input.name },
      { key: searchCluster, value: input.cluster },
      { key: searchOperation, value: plan.kind },
    ],
  };
  return plan.kind === 'deploy'
    ? startChild(deploy, { ...options, args: [plan.input] })
    : startChild(remove, { ...options, args: [plan.input] });
}

async function resultOf(
  child: ChildWorkflowHandle<typeof deploy | typeof remove>,
): Promise<OperationResult | undefined> {
  try {
    return await child.result();
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    const [carried] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    return isResult(carried) ? carried : undefined;
  }
}

function isResult(value: unknown): value is OperationResult {
  return typeof value === 'object' && value !== null && 'record' in value && 'generations' in value;
}
