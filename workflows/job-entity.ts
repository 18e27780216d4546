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
import { runs, type CandidateVerdict } from '../core/job.ts';
import { candidateWaits, holdsCandidate, noCandidate, waitingCandidate } from '../core/candidate.ts';
import { knownOperations, newestChange } from '../core/known-operations.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { operationWorkflowId } from '../core/names.ts';
import { correctFirstStart, newJob } from '../core/new-job.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from '../core/operation-kinds.ts';
import type { OperationResult } from '../core/operation-result.ts';
import { planChange, type ChangeKind, type PlannedJob } from '../core/plan/change-plan.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { completed } from '../core/spec/completed.ts';
import { disposalWish } from '../core/disposal-wish.ts';
import type {
  AbortOperationRequest,
  ApplySpecRequest,
  DecideCandidateRequest,
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
import { waitUntilDue } from './due-by-itself.ts';
import { planOperation } from './plan-operation.ts';
import { JobBook, now } from './job-book.ts';
import { carryOut, inputOf } from './run-operation.ts';

export class JobEntity extends JobBook {
  private readonly input: FlinkJobInput;
  private refused = false;
  private abortion: AbortRequest | undefined;
  private lostInARow = 0;
  private lostCandidate = false;
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
    if (this.state && holdsCandidate(this.state.phase)) throw this.refusal(candidateWaits(this.state.name));
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
    const due = await waitUntilDue(this.state, isWoken, () => this.publish());
    if (due && this.state) this.enqueueDue(this.state, due);
  }

  private enqueueDue(state: JobState, due: 'savepoint' | CandidateVerdict): void {
    if (due === 'savepoint') return this.enqueuePeriodic(state);
    const operation = this.newOperation(due, 'drey', `The candidate has run as long as spec.upgrade.${due}After says`);
    state.queue = [operation];
    this.putOperation(operation);
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
    const wasRunning = runs(state.phase) || (this.lostInARow > 0 && this.wasRunning);
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
    if (result) return this.conclude(state, result, revision);
    await this.beginAgain(state, planned);
    this.publish();
  }

  /** The operation with its kind as it is now: what was known when it was queued may have changed. */
  private async planned(state: JobState, next: QueuedOperation, revision: Revision): Promise<QueuedOperation> {
    const { record } = next;
    if (!operationKinds[record.kind].isPlanned) return next;
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
    const afterLoss = this.lostInARow > 0 && !this.lostCandidate;
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
    if (patched('ended-with-job')) return this.publish(...result.unwritten);
    this.outbox.put(...result.unwritten);
    this.publish();
  }

  /** The operation's workflow was lost: what it left is not known, so the same is done again, beginning with a clear-out. */
  private async beginAgain(state: JobState, lost: QueuedOperation): Promise<void> {
    if (patched('late-attempts')) {
      await sleep(lateAttemptMs, { summary: 'What the lost operation has begun may still act' });
    }
    // Whoever asked in that time asked the lost one.
    if (patched('abortion-ends-with-loss')) this.abortion = undefined;
    state.running = undefined;
    if (leavesJobAlone(lost.record.kind)) return this.giveUp(state, lost);
    this.lostInARow += 1;
    this.lostCandidate = lost.record.plan?.strategy === 'blueGreen';
    // It touches nothing of the job beside which a candidate comes up.
    if (this.lostCandidate) state.phase = 'RUNNING';
    const waiting = waitingChange(state.queue);
    const next = this.lostInARow > lostOperationsMax ? undefined : (waiting ?? this.repetitionOf(lost));
    const ended = lostOperation(lost, now(), next?.record.number);
    this.putOperation(ended);
    state.newest = ended;
    if (!next) {
      if (!this.lostCandidate) state.phase = 'FAILED';
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

  private repetitionOf({ record, recordSeq: _seq, ...wish }: QueuedOperation): QueuedOperation {
    const { kind, requestedBy, number } = record;
    return { ...this.newOperation(kind, requestedBy, `Operation ${number} ended without a result`), ...wish };
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

  private newOperation(kind: OperationKind, requestedBy: string, reason: string): QueuedOperation {
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
