/** What a job's entity takes: changes that its callers ask for. Each is judged, remembered by its key, and queued. */
import { ApplicationFailure } from '@temporalio/workflow';
import { noCandidate, refusalBesideCandidate, waitingCandidate } from '../core/candidate.ts';
import { disposalWish } from '../core/disposal-wish.ts';
import {
  applyReason,
  enqueued,
  isUnchanged,
  queuedOperation,
  recordsBehind,
  refusalOf,
  refusalOfAside,
  withdrawn,
  type Asked,
  type Refusal,
} from '../core/job-changes.ts';
import type { JobState, QueuedOperation } from '../core/job-state.ts';
import { knownOperations, newestChange } from '../core/known-operations.ts';
import { operationWorkflowId } from '../core/names.ts';
import { correctFirstStart, newJob } from '../core/new-job.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from '../core/operation-kinds.ts';
import { planChange, type ChangeKind, type PlannedJob } from '../core/plan/change-plan.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { completed } from '../core/spec/completed.ts';
import { JobBook, now } from './job-book.ts';
import type {
  AbortOperationRequest,
  ApplySpecRequest,
  ChangeAnswer,
  ChangeRequest,
  DecideCandidateRequest,
  DisposeSavepointRequest,
  FlinkJobInput,
  JobStatus,
  RemoveJobRequest,
  TakeSavepointRequest,
} from './messages.ts';
import { newUid } from './new-uid.ts';
import type { AbortRequest } from './operation-run.ts';

export abstract class JobDesk extends JobBook {
  /** Whether a request was refused: the loop that lives is woken by it. */
  protected refused = false;
  /** Why the operation under way shall give up. */
  protected abortion: AbortRequest | undefined;
  private readonly input: FlinkJobInput;

  constructor(input: FlinkJobInput, carried: JobState | undefined) {
    super(carried);
    this.input = input;
  }

  /** The job as the next operation is planned on it. */
  protected abstract plannedJob(state: JobState): PlannedJob;

  /** Accepts a spec: a new revision and its deploy, or nothing when it is the current one. */
  apply(request: ApplySpecRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    if (this.state && isUnchanged(this.state, request.specHash)) return this.unchanged(request);
    const refusal = this.state && refusalBesideCandidate(this.state);
    if (refusal) throw this.refusal(refusal);
    const state = this.acceptRevision(request);
    return this.enqueue(this.kindNow(state), request, request.reason ?? applyReason(state), {
      ...(request.mode && { mode: request.mode }),
      ...(request.restoreFrom && { restoreFrom: request.restoreFrom }),
    });
  }

  /**
   * Refuses a revision while too many records wait for PostgreSQL. Said before the request is taken, so that Temporal keeps
   * no answer to it and the same request is good again later.
   */
  assertRoomFor({ key, specHash }: ApplySpecRequest): void {
    if (!this.state || !this.outbox.isFull() || isUnchanged(this.state, specHash)) return;
    if (this.state.answered.some((one) => one.key === key)) return;
    throw ApplicationFailure.create({ type: recordsBehind.code, message: recordsBehind.message, nonRetryable: true });
  }

  /** Accepts the removal of the job, after the operation under way; what is queued gives way to it. */
  remove(request: RemoveJobRequest): ChangeAnswer {
    const repeated = this.admit({
      ...request,
      ...(request.lastKnown && !this.state ? { spec: request.lastKnown } : {}),
    });
    if (repeated) return repeated;
    if (!this.state && request.lastKnown) this.begin(completed(request.lastKnown), 'unknown');
    const { deletion } = request;
    return this.enqueue('remove', request, 'The job was deleted', deletion && { deletion });
  }

  /** Asks the operation under way, or the one that waits, to give up. */
  abort(request: AbortOperationRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    const { running, queue } = this.known();
    const operation = [running, ...queue].find((one) => one?.record.number === request.operation);
    if (!operation) throw this.refusal(operationEnded(request.operation));
    if (operation === running) this.abortion = { reason: `${request.requestedBy} asked for it`, isAsked: true };
    else this.withdraw(operation, request.requestedBy);
    this.remember(request, true, request.operation);
    this.publish();
    return this.answer(true, this.find(request.operation) ?? operation);
  }

  private withdraw(operation: QueuedOperation, by: string): void {
    const state = this.known();
    state.queue = state.queue.filter((one) => one !== operation);
    const ended = withdrawn(operation, now(), by);
    if (leavesJobAlone(ended.record.kind)) state.newestAside = ended;
    else state.newest = ended;
    this.putOperation(ended);
  }

  /** Accepts what becomes of the candidate that runs beside the job. */
  decideCandidate(request: DecideCandidateRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    const state = this.known();
    if (!waitingCandidate(state)) throw this.refusal(noCandidate(state));
    const { verdict, requestedBy } = request;
    return this.enqueue(verdict, request, `${requestedBy} decided to ${verdict} the candidate`);
  }

  /** Accepts a savepoint of the job, after what is under way and what waits. */
  takeSavepoint(request: TakeSavepointRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    const { format = this.known().revision.spec.spec.savepoints.format } = request;
    const take = { format, origin: 'user' as const };
    return this.enqueue('savepoint', request, 'A savepoint was asked for', { savepointWish: { take } });
  }

  /** Accepts that a savepoint goes, after what is under way and what waits. */
  disposeSavepoint(request: DisposeSavepointRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    const wish = disposalWish(this.known(), request);
    if ('code' in wish) throw this.refusal(wish);
    return this.enqueue('dispose', request, `Savepoint ${request.number} shall go`, { savepointWish: wish });
  }

  status(): JobStatus | null {
    const job = this.view();
    if (!job || !this.state) return null;
    return { job, operations: knownOperations(this.state).map(({ record }) => record) };
  }

  /** What it would be now. For its readers only: it is decided when its turn comes. */
  private kindNow(state: JobState): ChangeKind {
    if (state.running || state.queue.length > 0) return state.lastGeneration === 0 ? 'deploy' : 'upgrade';
    return planChange(this.plannedJob(state), state.revision.spec).kind;
  }

  /** Refuses, or finds the answer that this key was given before. */
  private admit(asked: Asked): ChangeAnswer | undefined {
    const refusal = refusalOf(this.state, asked);
    if (refusal) throw this.refusal(refusal);
    const known = this.state?.answered.find(({ key }) => key === asked.key);
    return known && this.answer(known.changed, this.find(known.operation));
  }

  private refusal({ code, message }: Refusal): ApplicationFailure {
    this.refused = true;
    return ApplicationFailure.create({ type: code, message, nonRetryable: true });
  }

  private acceptRevision(request: ApplySpecRequest): JobState {
    const spec = completed(request.spec);
    const state = this.state ?? this.begin(spec, request.specHash, request.lastRestorePoint);
    const isNew = state.revision.specHash !== request.specHash || state.lastOperation === 0;
    if (!isNew) return state;
    correctFirstStart(state, spec);
    const number = state.lastOperation === 0 ? 1 : state.revision.number + 1;
    state.revision = { number, spec, specHash: request.specHash };
    this.outbox.put({
      kind: 'revision',
      uid: state.uid,
      revision: number,
      spec,
      specHash: request.specHash,
      acceptedBy: request.requestedBy,
      acceptedAt: now(),
    });
    return state;
  }

  private begin(spec: FlinkJob, specHash: string, restorePoint?: string): JobState {
    const revision = { number: 1, spec, specHash };
    this.state = newJob({ uid: newUid(), ...this.input, createdAt: now(), revision, restorePoint });
    return this.state;
  }

  private enqueue(kind: OperationKind, request: ChangeRequest, reason: string, wish: OperationWish = {}): ChangeAnswer {
    const state = this.known();
    const refusal = leavesJobAlone(kind) ? refusalOfAside(state) : undefined;
    if (refusal) throw this.refusal(refusal);
    const operation = { ...this.newOperation(kind, request.requestedBy, reason), ...wish };
    const { queue, replaced } = enqueued(state.queue, operation, now());
    state.queue = queue;
    for (const one of [...replaced, operation]) this.putOperation(one);
    if (state.running && !leavesJobAlone(kind))
      this.abortion ??= { reason: `operation ${operation.record.number} takes its place`, isAsked: false };
    this.remember(request, true, operation.record.number);
    this.publish();
    return this.answer(true, operation);
  }

  protected newOperation(kind: OperationKind, requestedBy: string, reason: string): QueuedOperation {
    const state = this.known();
    state.lastOperation += 1;
    const number = state.lastOperation;
    const workflowId = operationWorkflowId(state, number, kind);
    const hasRevision = kind === 'promote' || operationKinds[kind].isPlanned;
    const revision = hasRevision ? { revision: state.revision.number } : {};
    return queuedOperation(kind, { number, requestedBy, reason, now: now(), workflowId, ...revision });
  }

  private unchanged(request: ChangeRequest): ChangeAnswer {
    const state = this.known();
    const operation = newestChange(state);
    this.remember(request, false, operation?.record.number);
    return this.answer(false, operation);
  }
}

function operationEnded(number: number): Refusal {
  return { code: 'OPERATION_ENDED', message: `Operation ${number} neither waits nor runs.` };
}

/** What a caller said for this once. */
type OperationWish = Pick<QueuedOperation, 'mode' | 'restoreFrom' | 'deletion' | 'savepointWish'>;
