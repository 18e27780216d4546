/** What an autoscaler's workflow has done for it: decisions by the engine, and what it asks of its job's workflow. */
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { latestDecision } from '../../clients/postgres/decisions.ts';
import { findOperation } from '../../clients/postgres/operations.ts';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import type { Reason } from '../../core/autoscaler/decision.ts';
import type { JobView } from '../../core/job.ts';
import { hashOf, jobWorkflowId } from '../../core/names.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { VertexParallelism } from '../../core/rescale/vertex-parallelism.ts';
import { scaledByDecision } from '../../core/scaling/given-parallelism.ts';
import { busyBriefly } from '../../core/scaling/scaling-refusal.ts';
import {
  scaleVerticesName,
  type ScaleVerticesAnswer,
  type ScaleVerticesRequest,
  type ScalingEnded,
} from '../../core/scaling/scaling-request.ts';
import { parseFlinkJob } from '../../core/schema/parse-flink-job.ts';

/** The job that an autoscaler looks after. */
export interface ScaledJob {
  readonly tenant: string;
  readonly name: string;
  readonly uid: string;
}

export interface RequestScalingInput extends ScaledJob {
  /** The revision decided on. */
  readonly revision: number;
  readonly decision: string;
  readonly reason: string;
  readonly wanted: VertexParallelism;
  readonly now: VertexParallelism;
  readonly slots?: number;
}

/** `isFinal`: asking again for the same would be of no use. */
export type RequestScalingAnswer = { readonly operation: number } | { readonly why: Reason; readonly isFinal: boolean };

export interface FindScalingInput extends ScaledJob {
  readonly decision: string;
  readonly operation: number;
}

export type FoundScaling =
  | { readonly is: 'ended'; readonly end: ScalingEnded }
  | { readonly is: 'running' }
  | { readonly is: 'gone' };

interface Status {
  readonly job: JobView;
  readonly operations: readonly OperationRecord[];
}

/** Which job has the name now, and how many decisions are recorded of the one that is meant. */
export async function recallAutoscaler(
  postgres: Postgres,
  temporal: Client,
  ref: ScaledJob,
): Promise<{ readonly uid?: string; readonly lastNumber: number }> {
  const status = await statusOf(temporal, ref);
  const lastNumber = (await latestDecision(postgres, ref.uid))?.number ?? 0;
  return { ...(status && { uid: status.job.uid }), lastNumber };
}

/** Asks the job to rescale. The same decision again is answered as the first time. */
export async function requestScaling(temporal: Client, input: RequestScalingInput): Promise<RequestScalingAnswer> {
  const { tenant, name, ...wish } = input;
  const status = await statusOf(temporal, input);
  if (status?.job.uid !== input.uid) return gone;
  const refused = refusalOfSpec(status.job, input);
  if (refused) return refused;
  const key = `autoscaler-${input.decision}`;
  const { revision: ifRevision, ...rest } = wish;
  const request: ScaleVerticesRequest = { ...rest, ifRevision, key, bodyHash: hashOf(key), requestedBy: 'autoscaler' };
  try {
    const { operation } = await temporal.workflow
      .getHandle(jobWorkflowId({ tenant, name }))
      .executeUpdate<ScaleVerticesAnswer, [ScaleVerticesRequest]>(scaleVerticesName, {
        updateId: `${key}:${request.bodyHash}`,
        args: [request],
      });
    return operation === undefined ? hasItAlready : { operation };
  } catch (error) {
    if (isWorkflowGone(error)) return gone;
    const refusal = refusalIn(error);
    if (!refusal) throw error;
    return { why: refusal, isFinal: !worthAnotherTry.includes(refusal.code) };
  }
}

/** How the operation of a decision has ended. */
export async function findScaling(
  postgres: Postgres,
  temporal: Client,
  { decision, operation, ...ref }: FindScalingInput,
): Promise<FoundScaling> {
  const status = await statusOf(temporal, ref);
  if (status?.job.uid !== ref.uid) return { is: 'gone' };
  const known = status.operations.find(({ number }) => number === operation);
  const found = known ?? (await findOperation(postgres, ref.uid, operation));
  if (found && !hasEnded(found)) return { is: 'running' };
  const { state = 'failed', endedAt = status.job.updatedAt, pauseMs, failure } = found ?? {};
  const end: ScalingEnded = {
    decision,
    operation,
    state,
    endedAt,
    ...(pauseMs !== undefined && { pauseMs }),
    ...(failure && { failure: { code: failure.code, message: failure.message } }),
    ...(status.job.generation && { generation: status.job.generation.number }),
  };
  return { is: 'ended', end };
}

const gone: RequestScalingAnswer = { why: { code: 'JOB_GONE', text: 'There is no such job any more.' }, isFinal: true };
const hasItAlready: RequestScalingAnswer = {
  why: { code: 'HAS_IT_ALREADY', text: 'The job has that parallelism already.' },
  isFinal: true,
};
const worthAnotherTry: readonly string[] = ['NOT_NOW', busyBriefly, 'RECORDS_BEHIND'];

/** Undefined where no workflow runs, or the job is removed. */
async function statusOf(temporal: Client, ref: Pick<ScaledJob, 'tenant' | 'name'>): Promise<Status | undefined> {
  try {
    const status = await temporal.workflow.getHandle(jobWorkflowId(ref)).query<Status | null>('jobStatus');
    return status && status.job.phase !== 'REMOVED' ? status : undefined;
  } catch (error) {
    if (isWorkflowGone(error)) return undefined;
    throw error;
  }
}

/** The rules of specs hold for what an autoscaler makes of one, too; workflows cannot reach them. */
function refusalOfSpec({ spec, given = {} }: JobView, wish: RequestScalingInput): RequestScalingAnswer | undefined {
  const scaled = scaledByDecision({ spec, given }, wish);
  const parsed = parseFlinkJob(scaled.spec);
  if (!('problems' in parsed)) return undefined;
  const [first] = parsed.problems;
  return {
    why: { code: 'SPEC_REFUSED', text: `${first?.path ?? 'The spec'} ${first?.message ?? ''}.` },
    isFinal: false,
  };
}

function refusalIn(error: unknown): Reason | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const { type, message, nonRetryable } = error.cause;
  return nonRetryable === true && type ? { code: type, text: message } : undefined;
}
