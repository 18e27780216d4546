/** Asks a job's workflow for a change, and tells its refusals from silence. */
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { isTemporalAway } from '../clients/temporal/errors.ts';
import type { Temporal } from '../clients/temporal/connect.ts';
import type { JobView } from '../core/job.ts';
import type { Refusal, RefusalCode } from '../core/job-changes.ts';
import { controlTaskQueue, jobWorkflowId } from '../core/names.ts';
import {
  applySpec,
  decideCandidate,
  disposeRemoved,
  disposeSavepoint,
  flinkJobWorkflow,
  removeJob,
  abortJobOperation,
  type AbortOperationRequest,
  takeSavepoint,
  type ApplySpecRequest,
  type ChangeAnswer,
  type ChangeRequest,
  type DecideCandidateRequest,
  type DisposeRemovedRequest,
  type DisposeSavepointRequest,
  type FlinkJobInput,
  type RemoveJobRequest,
  type TakeSavepointRequest,
} from '../workflows/messages.ts';
import { searchCluster, searchJob, searchTenant } from '../workflows/search-attributes.ts';
import { Problem } from './problem.ts';
import type { JobRef } from './read-job.ts';

/** Handlers only check and enqueue, which takes milliseconds; whoever waits longer waits for a worker. */
const acceptTimeoutMs = 5_000;

/** Sends a spec to the job's workflow, which is started when there is none. */
export async function applyToJob(temporal: Temporal, ref: JobRef, request: ApplySpecRequest): Promise<ChangeAnswer> {
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () =>
      temporal.client.workflow.executeUpdateWithStart(applySpec, {
        startWorkflowOperation: startOperation(ref, request.spec.spec.cluster),
        updateId: updateId(request),
        args: [request],
      }),
    ),
  );
}

/** Asks the job's running workflow to remove the job. */
export async function removeRunningJob(
  temporal: Temporal,
  ref: JobRef,
  request: RemoveJobRequest,
): Promise<ChangeAnswer> {
  return updateRunning(temporal, ref, removeJob, request);
}

/** Asks the job's running workflow to promote or discard its candidate. */
export function decideCandidateOf(
  temporal: Temporal,
  ref: JobRef,
  request: DecideCandidateRequest,
): Promise<ChangeAnswer> {
  return updateRunning(temporal, ref, decideCandidate, request);
}

/** Asks the job's running workflow for a savepoint. */
export function takeSavepointOf(temporal: Temporal, ref: JobRef, request: TakeSavepointRequest): Promise<ChangeAnswer> {
  return updateRunning(temporal, ref, takeSavepoint, request);
}

/** Asks the job's running workflow to delete the files of a savepoint. */
export function disposeSavepointOf(
  temporal: Temporal,
  ref: JobRef,
  request: DisposeSavepointRequest,
): Promise<ChangeAnswer> {
  return updateRunning(temporal, ref, disposeSavepoint, request);
}

/**
 * Asks for the disposal of savepoints of a removed job: the workflow of its name is started where none runs, so that nothing
 * else of that name happens beside it. Each call is another update: a refusal because PostgreSQL was away must not be
 * remembered.
 */
export function disposeRemovedOf(
  temporal: Temporal,
  job: JobView,
  request: DisposeRemovedRequest,
): Promise<ChangeAnswer> {
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () =>
      temporal.client.workflow.executeUpdateWithStart(disposeRemoved, {
        startWorkflowOperation: startOperation(job, job.spec.spec.cluster),
        updateId: `${updateId(request)}:${randomUUID()}`,
        args: [request],
      }),
    ),
  );
}

function updateRunning<Request extends ChangeRequest>(
  temporal: Temporal,
  ref: JobRef,
  update: UpdateDefinition<ChangeAnswer, [Request]>,
  request: Request,
): Promise<ChangeAnswer> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () =>
      handle.executeUpdate(update, { updateId: updateId(request), args: [request] }),
    ),
  );
}

/** Asks an operation of the job to give up. */
export async function abortInJob(
  temporal: Temporal,
  ref: JobRef,
  request: AbortOperationRequest,
): Promise<ChangeAnswer> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () =>
      handle.executeUpdate(abortJobOperation, { updateId: updateId(request), args: [request] }),
    ),
  );
}

/**
 * Sends a spec that was made of the job's own at revision `ifRevision`. The id tells tries on different revisions apart:
 * one that came too late was answered, and Temporal would give that answer again.
 */
export async function changeJob(
  temporal: Temporal,
  ref: JobRef,
  request: ApplySpecRequest & Required<Pick<ApplySpecRequest, 'ifRevision'>>,
): Promise<ChangeAnswer> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  const id = `${updateId(request)}:${request.ifRevision}`;
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () => handle.executeUpdate(applySpec, { updateId: id, args: [request] })),
  );
}

/** Starts a workflow for a job that has lost its own, only to remove what it left. */
export async function removeLostJob(
  temporal: Temporal,
  ref: JobRef,
  request: RemoveJobRequest & Required<Pick<RemoveJobRequest, 'lastKnown'>>,
): Promise<ChangeAnswer> {
  return accepted(request.key, () =>
    temporal.within(acceptTimeoutMs, () =>
      temporal.client.workflow.executeUpdateWithStart(removeJob, {
        startWorkflowOperation: startOperation(ref, request.lastKnown.spec.cluster),
        updateId: updateId(request),
        args: [request],
      }),
    ),
  );
}

function startOperation(ref: JobRef, cluster: string) {
  const input: FlinkJobInput = { tenant: ref.tenant, name: ref.name };
  return new WithStartWorkflowOperation<(input: FlinkJobInput) => Promise<void>>(flinkJobWorkflow, {
    workflowId: jobWorkflowId(ref),
    taskQueue: controlTaskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [input],
    typedSearchAttributes: [
      { key: searchTenant, value: ref.tenant },
      { key: searchJob, value: ref.name },
      { key: searchCluster, value: cluster },
    ],
    staticSummary: `Flink job ${ref.name} of tenant ${ref.tenant}`,
    staticDetails: `Runs on cluster **${cluster}**. Its operations are the child workflows \`${jobWorkflowId(ref)}/…\`.`,
  });
}

function updateId({ key, bodyHash }: ChangeRequest): string {
  return `${key}:${bodyHash}`;
}

/** @throws Problem when the workflow refuses, or was not seen to answer. */
async function accepted(key: string, call: () => Promise<ChangeAnswer>): Promise<ChangeAnswer> {
  try {
    return await call();
  } catch (error) {
    throw refusalOf(error) ?? (isNotYetAccepted(error) ? notYetAccepted(key, error) : error);
  }
}

function refusalOf(error: unknown): Problem | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const { type, message } = error.cause;
  return isRefusalCode(type) ? refusalProblem({ code: type, message }, error) : undefined;
}

/** A refusal as callers are told it. */
export function refusalProblem({ code, message }: Refusal, cause?: unknown): Problem {
  return new Problem(code, message, { cure: refusalCures[code], cause });
}

const refusalCures: Readonly<Record<RefusalCode, string>> = {
  PRECONDITION_FAILED: 'Read the job again, and decide whether your change still fits.',
  KEY_REUSED: 'Use a new Idempotency-Key for a new request.',
  BEING_REMOVED:
    'Wait until it is gone (`drey wait job NAME --for=removed`), then apply the spec again. Unless it is left running, the new job starts empty, or from `spec.job.initialSavepoint`: a path that `drey savepoint list NAME -o wide` shows. Where its cluster does not come back, `drey delete job NAME --forget` ends it without.',
  NO_SUCH_JOB: 'Apply its spec first.',
  OPERATION_ENDED: 'Look at it with `drey operation NAME N`; the ones that can be aborted wait or run.',
  TOO_LATE: 'Follow it to its end (`drey operation NAME N`), and change the job then.',
  RECORDS_BEHIND: 'See why PostgreSQL cannot be written; removing the job is always taken.',
  NO_SUCH_SAVEPOINT: 'GET its savepoints to see what there is.',
  SAVEPOINT_IN_USE: 'Leave it, or ask with `force=true`.',
  CANDIDATE_WAITS: 'Promote or discard it first: `drey promote NAME`, `drey discard NAME`.',
  NO_CANDIDATE: 'Apply a changed spec with `upgrade.strategy: blueGreen`, and wait for that upgrade.',
  SAVEPOINT_NEEDED: 'Ask again when that job has completed a checkpoint, or is gone.',
  RECORDS_AWAY: 'Try again; /readyz says what is missing.',
  QUEUE_FULL: 'Ask again when some of them have ended.',
  IMMUTABLE_FIELD:
    'To move it with its state: `drey delete job NAME --deletion savepoint --wait`, then apply with `spec.job.initialSavepoint`, the path of the newest one that `drey savepoint list NAME -o wide` shows; the new place must reach that storage. Without that path it starts empty.',
};

function isRefusalCode(type: string | null | undefined): type is RefusalCode {
  return typeof type === 'string' && type in refusalCures;
}

/** The server's word for an update whose workflow ended, or continued as new, under it: another try meets the next one. */
const endedUnderUpdate = 'AcceptedUpdateCompletedWorkflow';

function isNotYetAccepted(error: unknown): boolean {
  if (isTemporalAway(error)) return true;
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === endedUnderUpdate;
}

/** That no worker of the current build is left the API sees a minute later; and one that stands still it does not see. */
export const whatIsMissing =
  '/readyz says what is missing; where that is nothing, see that a worker runs whose log says `this build is current`.';

function notYetAccepted(key: string, cause: unknown): Problem {
  return new Problem('NOT_YET_ACCEPTED', 'The change was sent, but nothing has said yet that it was accepted.', {
    cure: `Repeat it with the same Idempotency-Key (${key}): it is carried out once. ${whatIsMissing}`,
    cause,
  });
}
