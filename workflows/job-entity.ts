/** The entity of one job: takes changes, carries them out one at a time and in order, and tells what it knows. */
import { allHandlersFinished, ApplicationFailure, condition, patched, sleep, workflowInfo } from '@temporalio/workflow';
import {
  applyReason,
  enqueued,
  isUnchanged,
  mendingFirst,
  queuedOperation,
  recordsBehind,
  refusalOf,
  refusalOfAside,
  waitingChange,
  withdrawn,
  type Asked,
  type Refusal,
} from '../core/job-changes.ts';
import { concludeOperation, lostOperation, lostOperationsMax } from '../core/job-outcome.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import { knownOperations, newestChange } from '../core/known-operations.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { operationWorkflowId } from '../core/names.ts';
import { newJob } from '../core/new-job.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from '../core/operation-kinds.ts';
import type { OperationResult } from '../core/operation-result.ts';
import { planChange, type ChangeKind, type PlannedJob } from '../core/plan/change-plan.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { completed } from '../core/spec/completed.ts';
import { disposalWish } from '../core/disposal-wish.ts';
import type {
  AbortOperationRequest,
  ApplySpecRequest,
  ChangeAnswer,
  ChangeRequest,
  DisposeSavepointRequest,
  FlinkJobInput,
  JobStatus,
  RemoveJobRequest,
  TakeSavepointRequest,
} from './messages.ts';
import { newUid } from './new-uid.ts';
import type { AbortRequest } from './operation-run.ts';
import { isTimeForSavepoint } from './periodic-savepoints.ts';
import { planOperation } from './plan-operation.ts';
import { JobBook, now } from './job-book.ts';
import { carryOut, inputOf } from './run-operation.ts';

export class JobEntity extends JobBook {
  private readonly input: FlinkJobInput;
  private refused = false;
  private abortion: AbortRequest | undefined;
  private lostInARow = 0;
  private wasRunning = false;

  constructor(input: FlinkJobInput, carried: JobState | undefined) {
    super(carried);
    this.input = input;
  }

  /** Accepts a spec: a new revision and its deploy, or nothing when it is the current one. */
  apply(request: ApplySpecRequest): ChangeAnswer {
    const repeated = this.admit(request);
    if (repeated) return repeated;
    if (this.state && isUnchanged(this.state, request.specHash)) return this.unchanged(request);
    const state = this.acceptRevision(request);
    return this.enqueue(
      this.kindNow(state),
      request,
      request.reason ?? applyReason(state),
      request.mode && { mode: request.mode },
    );
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

  /** Lives until the job is removed. Returns the state to continue as new with, or nothing at the end. */
  async live(): Promise<JobState | undefined> {
    while (this.state?.phase !== 'REMOVED') {
      await this.waitForWork();
      await condition(allHandlersFinished);
      if (!this.state) return undefined;
      if (this.hasWork()) await this.next(this.state);
      else if (this.shouldContinueAsNew()) return { ...this.state, unwritten: this.outbox.unwritten() };
      this.refused = false;
    }
    await condition(() => this.outbox.isEmpty());
    return undefined;
  }

  private async waitForWork(): Promise<void> {
    const isWoken = () => this.hasWork() || this.refused || this.shouldContinueAsNew();
    const isTime = await isTimeForSavepoint(this.state, isWoken, () => this.publish());
    if (isTime && this.state) this.enqueuePeriodic(this.state);
  }

  private enqueuePeriodic(state: JobState): void {
    // Nobody may read of it for long, and the records of many would not fit in here.
    if (this.outbox.isFull()) return;
    const { format } = state.revision.spec.spec.savepoints;
    const operation = this.newOperation('savepoint', 'drey', 'The time of a periodic savepoint has come');
    state.queue = [{ ...operation, savepointWish: { take: { format, origin: 'periodic' } } }];
    this.putOperation(operation);
  }

  private hasWork(): boolean {
    return (this.state?.queue.length ?? 0) > 0;
  }

  private shouldContinueAsNew(): boolean {
    return workflowInfo().continueAsNewSuggested && this.state !== undefined;
  }

  private async next(state: JobState): Promise<void> {
    const [next, ...queue] = state.queue;
    if (!next) return;
    state.queue = queue;
    state.running = next;
    // The repetition of a lost operation finds the job as that one did, as far as is known.
    const wasRunning = state.phase === 'RUNNING' || (this.lostInARow > 0 && this.wasRunning);
    this.wasRunning = wasRunning;
    const { revision } = state;
    const planned = await this.planned(state, next, revision);
    state.running = planned;
    const { kind } = planned.record;
    const { during } = operationKinds[kind];
    // Bookkeeping leaves a job that has finished finished.
    if (during !== undefined && kind !== 'adjust') state.phase = during;
    if (during !== undefined) state.failure = undefined;
    const input = inputOf(state, revision, planned, wasRunning);
    this.publish();
    const result = await carryOut(input, () => this.abortion);
    this.abortion = undefined;
    if (result) this.conclude(state, result, revision);
    else await this.beginAgain(state, planned);
    this.publish();
  }

  /** The operation with its kind as it is now: what was known when it was queued may have changed. */
  private async planned(state: JobState, next: QueuedOperation, revision: Revision): Promise<QueuedOperation> {
    const { record } = next;
    if (record.kind === 'remove' || leavesJobAlone(record.kind)) return next;
    const named = (kind: OperationKind) => ({
      ...record,
      kind,
      workflowId: operationWorkflowId(state, record.number, kind),
    });
    if (!patched('planned-operations')) return { ...next, record: named('deploy') };
    const { mode } = next;
    const input = { job: this.plannedJob(state), target: revision.spec, ...(mode && { mode }) };
    const plan = await planOperation(input);
    return { ...next, record: { ...named(plan.kind), plan } };
  }

  private plannedJob({ phase, askedCluster, generations, lastRun }: JobState): PlannedJob {
    const afterLoss = this.lostInARow > 0;
    return { phase, askedCluster, generations, afterLoss, ...(lastRun && { lastRun: lastRun.spec }) };
  }

  /** What it would be now. For its readers only: it is decided when its turn comes. */
  private kindNow(state: JobState): ChangeKind {
    if (state.running || state.queue.length > 0) return state.lastGeneration === 0 ? 'deploy' : 'upgrade';
    return planChange(this.plannedJob(state), state.revision.spec).kind;
  }

  private conclude(state: JobState, result: OperationResult, brought: Revision): void {
    if (!leavesJobAlone(result.record.kind)) this.lostInARow = 0;
    concludeOperation(state, result, brought);
    this.outbox.put(...result.unwritten);
  }

  /** The operation's workflow was lost: what it left is not known, so the same is done again, beginning with a clear-out. */
  private async beginAgain(state: JobState, lost: QueuedOperation): Promise<void> {
    if (patched('late-attempts')) {
      await sleep(lateAttemptMs, { summary: 'What the lost operation has begun may still act' });
    }
    state.running = undefined;
    if (leavesJobAlone(lost.record.kind)) return this.giveUp(state, lost);
    this.lostInARow += 1;
    const waiting = waitingChange(state.queue);
    const next = this.lostInARow > lostOperationsMax ? undefined : (waiting ?? this.repetitionOf(lost));
    const ended = lostOperation(lost, now(), next?.record.number);
    this.putOperation(ended);
    state.newest = ended;
    if (!next) {
      state.phase = 'FAILED';
      state.failure = ended.record.failure;
      return;
    }
    state.queue = mendingFirst(state.queue, next);
    if (!waiting) this.putOperation(next);
  }

  /** What leaves the job as it is is not begun again: who wanted it sees that it failed. */
  private giveUp(state: JobState, lost: QueuedOperation): void {
    state.newestAside = lostOperation(lost, now());
    this.putOperation(state.newestAside);
  }

  private repetitionOf({ record: { kind, requestedBy, number } }: QueuedOperation): QueuedOperation {
    return this.newOperation(kind, requestedBy, `Operation ${number} ended without a result`);
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

  private newOperation(kind: OperationKind, requestedBy: string, reason: string): QueuedOperation {
    const state = this.known();
    state.lastOperation += 1;
    const number = state.lastOperation;
    const workflowId = operationWorkflowId(state, number, kind);
    const hasRevision = kind !== 'remove' && !leavesJobAlone(kind);
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
type OperationWish = Pick<QueuedOperation, 'mode' | 'deletion' | 'savepointWish'>;
