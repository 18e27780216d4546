/** What an autoscaler's workflow has done for it: decisions by the engine, and what it asks of its job's workflow. */
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isPostgresAway } from '../../clients/postgres/away.ts';
import { latestDecision } from '../../clients/postgres/decisions.ts';
import { findOperation } from '../../clients/postgres/operations.ts';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { releaseRoom, reserveRoom } from '../../clients/postgres/quotas.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import type { Reason } from '../../core/autoscaler/decision.ts';
import type { JobView } from '../../core/job.ts';
import { hashOf, jobWorkflowId } from '../../core/names.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { VertexParallelism } from '../../core/rescale/vertex-parallelism.ts';
import { scaledByDecision } from '../../core/scaling/given-parallelism.ts';
import { roomOf } from '../../core/scaling/quota-room.ts';
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
  /** The decision heeds a quota of its tenant or its cluster. Absent in histories of before. */
  readonly isUnderQuota?: boolean;
}

/** `isFinal`: asking again for the same would be of no use. */
export type RequestScalingAnswer = { readonly operation: number } | Refused;

interface Refused {
  readonly why: Reason;
  readonly isFinal: boolean;
}

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

/** Asks the job to rescale, with room reserved for it. The same decision again is answered as the first time. */
export async function requestScaling(
  postgres: Postgres,
  temporal: Client,
  input: RequestScalingInput,
): Promise<RequestScalingAnswer> {
  const status = await statusOf(temporal, input);
  if (status?.job.uid !== input.uid) return gone;
  const refused = refusalOfSpec(status.job, input);
  if (refused) return refused;
  const room = await reserve(postgres, status.job, input);
  if (typeof room === 'object') return room;
  const answer = await ask(temporal, input);
  if (room === 'reserved' && 'why' in answer) await releaseRoom(postgres, input.uid);
  return answer;
}

async function ask(temporal: Client, input: RequestScalingInput): Promise<RequestScalingAnswer> {
  const { tenant, name, isUnderQuota: _quota, ...wish } = input;
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
const quotaUnknown: Refused = {
  why: { code: 'QUOTA_UNKNOWN', text: 'PostgreSQL is away: nobody knows what is left of the quotas.' },
  isFinal: false,
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

/**
 * Room for the job, until its record says that it has it. While PostgreSQL is away nothing is known of what others take: a job that is
 * under no quota is scaled all the same.
 */
async function reserve(
  postgres: Postgres,
  { uid, tenant, spec, given = {}, revision }: JobView,
  { wanted, now, isUnderQuota }: RequestScalingInput,
): Promise<'none' | 'reserved' | Refused> {
  const scaled = scaledByDecision({ spec, given }, wanted, now).spec;
  const { cluster } = spec.spec;
  const rooms = { wanted: roomOf(scaled.spec), before: roomOf(spec.spec) };
  try {
    const why = await reserveRoom(postgres, { uid, tenant, cluster, revision, ...rooms });
    return why ? { why, isFinal: false } : 'reserved';
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    return isUnderQuota === true ? quotaUnknown : 'none';
  }
}

/** The rules of specs hold for what an autoscaler makes of one, too; workflows cannot reach them. */
function refusalOfSpec({ spec, given = {} }: JobView, wish: RequestScalingInput): RequestScalingAnswer | undefined {
  const scaled = scaledByDecision({ spec, given }, wish.wanted, wish.now);
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
