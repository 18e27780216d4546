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
import { whyNoMemory } from '../../core/scaling/memory-obstacle.ts';
import { scalingEnd } from '../../core/scaling/scaling-end.ts';
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
  readonly slots?: number;
  readonly memoryBytes?: number;
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
  /** Its record may still be on its way. */
  | { readonly is: 'unknown' }
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
  const room = refused ?? (await reserve(postgres, status.job, input));
  const answer = await ask(temporal, input, typeof room === 'object' ? room : undefined);
  if (room === 'reserved' && 'why' in answer) await releaseRoom(postgres, input.uid);
  return answer;
}

/** @param refused what is answered unless the job has taken the wish before. */
async function ask(
  temporal: Client,
  input: RequestScalingInput,
  refused: Refused | undefined,
): Promise<RequestScalingAnswer> {
  const { tenant, name, isUnderQuota: _quota, ...wish } = input;
  const key = `autoscaler-${input.decision}`;
  const { revision, ...rest } = wish;
  // It may have been taken before this attempt, and the spec be another one since: only an answer that was given is asked for.
  const ifRevision = refused ? noRevision : revision;
  const request: ScaleVerticesRequest = { ...rest, ifRevision, key, bodyHash: hashOf(key), requestedBy: 'autoscaler' };
  const answer = await asked(temporal, { tenant, name }, request);
  return refused && 'why' in answer && answer.why.code === 'PRECONDITION_FAILED' ? refused : answer;
}

/** No job is ever at it. */
const noRevision = -1;

async function asked(
  temporal: Client,
  ref: Pick<ScaledJob, 'tenant' | 'name'>,
  request: ScaleVerticesRequest,
): Promise<RequestScalingAnswer> {
  const { key, bodyHash, ifRevision } = request;
  try {
    const { operation } = await temporal.workflow
      .getHandle(jobWorkflowId(ref))
      .executeUpdate<ScaleVerticesAnswer, [ScaleVerticesRequest]>(scaleVerticesName, {
        // Temporal keeps the answer to each id: one that only asks must not be taken for the request.
        updateId: `${key}:${bodyHash}${ifRevision === noRevision ? ':asked' : ''}`,
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
  const find = async (number: number) =>
    status.operations.find((one) => one.number === number) ?? (await findOperation(postgres, ref.uid, number));
  let found = await find(operation);
  // One that was lost is begun again as another.
  while (found?.state === 'failed' && found.supersededBy !== undefined) {
    const next = await find(found.supersededBy);
    if (next?.requestedBy !== found.requestedBy) break;
    found = next;
  }
  if (!found) return { is: 'unknown' };
  if (!hasEnded(found)) return { is: 'running' };
  const { revision, generation, updatedAt: at } = status.job;
  return { is: 'ended', end: scalingEnd(decision, found, { revision, generation: generation?.number, at }) };
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
  { isUnderQuota, ...wish }: RequestScalingInput,
): Promise<'none' | 'reserved' | Refused> {
  const scaled = scaledByDecision({ spec, given }, wish).spec;
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
function refusalOfSpec({ spec, given = {} }: JobView, wish: RequestScalingInput): Refused | undefined {
  const text = wish.memoryBytes === undefined ? undefined : whyNoMemory(spec.spec);
  if (text !== undefined) return { why: { code: 'MEMORY_NOT_GIVEN', text }, isFinal: false };
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
