/** What a job's entity takes: changes that its callers ask for. Each is judged, remembered by its key, and queued. */
import { ApplicationFailure, patched } from '@temporalio/workflow';
import { askedChange } from '../core/asked-change.ts';
import { withCandidateFrom } from '../core/candidate.ts';
import { concludeMending } from '../core/candidate-health.ts';
import { asNeeded, disposalWish } from '../core/disposal-wish.ts';
import {
  applyReason,
  builtOn,
  enqueued,
  isLeftUndone,
  isUnchanged,
  queuedOperation,
  recordsBehind,
  withdrawn,
  type Refusal,
} from '../core/job-changes.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import {
  judge,
  judgeAbort,
  judgeAside,
  judgeSpec,
  judgeTaking,
  judgeVerdict,
  type Judgement,
} from '../core/judgement.ts';
import { activeAmong } from '../core/generation.ts';
import { knownOperations, newestChange } from '../core/known-operations.ts';
import { operationWorkflowId } from '../core/names.ts';
import { correctFirstStart, newJob } from '../core/new-job.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from '../core/operation-kinds.ts';
import type { OperationResult } from '../core/operation-result.ts';
import { planChange, type ChangeKind, type PlannedJob } from '../core/plan/change-plan.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { slotsOf } from '../core/scaling/given-bounds.ts';
import { applied, scaledByHand, type GivenParallelism } from '../core/scaling/given-parallelism.ts';
import type { NotNow } from '../core/scaling/scaling-refusal.ts';
import { specHash as hashOfSpec } from '../core/spec/canonical.ts';
import { completed } from '../core/spec/completed.ts';
import type { AbortRequest } from './abort-request.ts';
import { JobBook, now } from './job-book.ts';
import type {
  AbortOperationRequest,
  ApplySpecRequest,
  ChangeAnswer,
  ChangeRequest,
  DecideCandidateRequest,
  DisposeRemovedRequest,
  DisposeSavepointRequest,
  FlinkJobInput,
  JobStatus,
  RemoveJobRequest,
  TakeSavepointRequest,
} from './messages.ts';
import { newUid } from './new-uid.ts';
import { RemovedJobs } from './removed-jobs.ts';

/** One that came to an end, or never begins. */
export type EndedOperation = QueuedOperation & Pick<OperationResult, 'isBrought'>;

export abstract class JobDesk extends JobBook {
  /** Whether a request was refused: the loop that lives is woken by it. */
  protected refused = false;
  /** Why the operation under way shall give up. */
  protected abortion: AbortRequest | undefined;
  /** What is asked about earlier jobs of this name. */
  protected readonly removedJobs: RemovedJobs;
  private readonly input: FlinkJobInput;

  constructor(input: FlinkJobInput, carried: JobState | undefined) {
    super(carried);
    this.input = input;
    this.removedJobs = new RemovedJobs(input, this.outbox);
  }

  /** The job as the next operation is planned on it. */
  protected abstract plannedJob(state: JobState): PlannedJob;

  /** An operation has ended, or never begins, that may carry out a decision of the autoscaler. */
  protected abstract concludeScaling(state: JobState, ended: EndedOperation, scales: QueuedOperation['scales']): void;

  /** Accepts a spec: a new revision and its deploy, or nothing when it is the current one. */
  apply(asked: ApplySpecRequest): ChangeAnswer {
    this.forgetRemoved();
    const { given, ...request } = this.asTaken(asked);
    const judgement = judgeSpec(this.state, request, (job) => isLeftUndone(job) && patched('undone-is-done-again'));
    if (judgement === 'unchanged' && given) this.noteGiven(given);
    const answered = this.answered(request, judgement);
    if (answered) return answered;
    const refusal = this.refusalOfStart(request);
    if (refusal) throw this.refusal(refusal);
    const state = this.acceptRevision(request, given);
    return this.enqueue(this.kindNow(state), request, request.reason ?? applyReason(state), {
      asked: askedChange(state.revision.spec, request.verb),
      ...(request.mode && { mode: request.mode }),
      ...(request.force && { force: true }),
      ...(request.restoreFrom && { restoreFrom: request.restoreFrom }),
      ...(request.isRollback && { isRollback: true }),
    });
  }

  /**
   * Refuses a revision while too many records wait for PostgreSQL. Said before the request is taken, so that Temporal keeps
   * no answer to it and the same request is good again later.
   */
  assertRoomFor(asked: ApplySpecRequest): void {
    const { key, specHash } = this.withGiven(asked);
    if (!this.state || !this.outbox.isFull() || isUnchanged(this.state, specHash)) return;
    if (this.state.answered.some((one) => one.key === key)) return;
    throw refusedWith(recordsBehind);
  }

  /** Accepts the removal of the job, after the operation under way; what is queued gives way to it. */
  remove(request: RemoveJobRequest): ChangeAnswer {
    const asked = { ...request, ...(request.lastKnown && !this.state ? { spec: request.lastKnown } : {}) };
    const answered = this.answered(request, judge(this.state, asked));
    if (answered) return answered;
    if (!this.state && request.lastKnown) this.begin(completed(request.lastKnown), 'unknown');
    const { deletion, savepointsLeft } = request;
    if (request.forgets) this.clearTheWay(request);
    return this.enqueue('remove', request, request.forgets ? 'The job was forgotten' : 'The job was deleted', {
      ...(deletion && { deletion }),
      ...(savepointsLeft && { savepointsLeft }),
      ...(request.forgets && { forgets: true }),
    });
  }

  /** A job that is gone has no more say in its name, though its last records may still be on their way. */
  private forgetRemoved(): void {
    if (this.state?.phase === 'REMOVED' && patched('name-free-once-removed')) this.state = undefined;
  }

  /** Nothing of a job that is forgotten waits for its cluster any more. */
  private clearTheWay({ requestedBy }: RemoveJobRequest): void {
    const { queue, running } = this.known();
    const reason = `${requestedBy} had the job forgotten`;
    for (const waiting of queue) this.withdraw(waiting, reason);
    if (running) this.abortion = { reason, isAsked: true, isForced: true };
  }

  /** Asks the operation under way, or the one that waits, to give up. */
  abort(request: AbortOperationRequest): ChangeAnswer {
    const answered = this.answered(request, judgeAbort(this.state, request));
    if (answered) return answered;
    const { running, queue } = this.known();
    const waiting = queue.find((one) => one.record.number === request.operation);
    if (!waiting) this.abortion = { reason: `${request.requestedBy} asked for it`, isAsked: true };
    else this.withdraw(waiting, `${request.requestedBy} asked for it`);
    this.remember(request, true, request.operation);
    this.publish();
    return this.answer(true, this.find(request.operation) ?? waiting ?? running);
  }

  /** Takes what waits out of the queue again. */
  protected withdraw(operation: QueuedOperation, why: string): void {
    const state = this.known();
    state.queue = state.queue.filter((one) => one !== operation);
    const ended = withdrawn(operation, now(), why);
    if (leavesJobAlone(ended.record.kind)) state.newestAside = ended;
    else state.newest = ended;
    if (operation.mends) concludeMending(state, { ...ended, mends: operation.mends }, { now: now() });
    this.concludeScaling(state, ended, operation.scales);
    this.putOperation(ended);
  }

  /** Accepts what becomes of the candidate that runs beside the job. */
  decideCandidate(request: DecideCandidateRequest): ChangeAnswer {
    const answered = this.answered(request, judgeVerdict(this.state, request));
    if (answered) return answered;
    const { verdict, requestedBy } = request;
    return this.enqueue(verdict, request, `${requestedBy} decided to ${verdict} the candidate`);
  }

  /** Accepts a savepoint of the job, after what is under way and what waits. */
  takeSavepoint(request: TakeSavepointRequest): ChangeAnswer {
    const { ofCandidate } = request;
    const answered = this.answered(request, judgeTaking(this.state, request, ofCandidate));
    if (answered) return answered;
    const { format = this.known().revision.spec.spec.savepoints.format } = request;
    const take = { format, origin: 'user' as const, ...(ofCandidate && { ofCandidate }) };
    const reason = ofCandidate ? 'A savepoint of the candidate was asked for' : 'A savepoint was asked for';
    return this.enqueue('savepoint', request, reason, { savepointWish: { take } });
  }

  /**
   * Refuses what may not go, also because the job is to be restored from it. Said before the request is taken: earlier releases took
   * the latter, and what they took stays taken when it is replayed.
   */
  assertMayGo(request: DisposeSavepointRequest): void {
    const { state } = this;
    const judgement = judgeAside(state, request, () => state && disposalWish(asNeeded(state), request));
    if (typeof judgement === 'object') throw refusedWith(judgement);
  }

  /** Accepts that a savepoint goes, after what is under way and what waits. */
  disposeSavepoint(request: DisposeSavepointRequest): ChangeAnswer {
    const wished = () => disposalWish(withCandidateFrom(this.known()), request);
    const answered = this.answered(request, judgeAside(this.state, request, wished));
    if (answered) return answered;
    const wish = wished();
    if ('code' in wish) throw this.refusal(wish);
    return this.enqueue('dispose', request, `Savepoint ${request.number} shall go`, { savepointWish: wish });
  }

  /** Accepts that savepoints of a removed job of this name go. */
  async disposeRemoved(request: DisposeRemovedRequest): Promise<ChangeAnswer> {
    const answer = await this.removedJobs.dispose(request, () => this.state);
    if ('code' in answer) throw this.refusal(answer);
    return answer;
  }

  /** A job that has run starts from its own state, whatever its spec says of the first start. */
  private refusalOfStart({ restoreFrom, lastRestorePoint, spec }: ApplySpecRequest): Refusal | undefined {
    const first = this.state?.lastRun ? [] : [lastRestorePoint, spec.spec.job.initialSavepoint];
    return this.removedJobs.refusalOfStart(restoreFrom, ...first);
  }

  status(): JobStatus | null {
    const job = this.view();
    if (!job || !this.state) return null;
    return { job, operations: knownOperations(this.state).map(({ record }) => record) };
  }

  /** What it would be now. For its readers only: it is decided when its turn comes. */
  protected kindNow(state: JobState): ChangeKind {
    if (state.running || state.queue.length > 0) return state.lastGeneration === 0 ? 'deploy' : 'upgrade';
    return planChange(this.plannedJob(state), state.revision.spec).kind;
  }

  /** Refuses, or gives the answer to what needs no operation. */
  protected answered(
    request: ChangeRequest,
    judgement: Judgement = judge(this.state, request),
  ): ChangeAnswer | undefined {
    if (typeof judgement === 'object') throw this.refusal(judgement);
    if (judgement === 'unchanged') return this.unchanged(request);
    const known = this.state?.answered.find(({ key }) => key === request.key);
    return known && this.answer(known.changed, this.find(known.operation));
  }

  protected refusal({ code, message }: Refusal | NotNow): ApplicationFailure {
    this.refused = true;
    return refusedWith({ code, message });
  }

  private asTaken(asked: ApplySpecRequest): WithGiven {
    const taken = this.boundedAsTaken(asked);
    const runs = this.state && activeAmong(this.state.generations)?.spec;
    if (!runs || asked.isScaling === true) return taken;
    const kept = this.withGiven(asked, { runs });
    return kept.specHash !== this.withGiven(asked).specHash && patched('memory-that-runs-is-kept') ? kept : taken;
  }

  /** Releases before bounded what was given by the slots alone. */
  private boundedAsTaken(asked: ApplySpecRequest): WithGiven {
    const taken = this.withGiven(asked);
    const before = asked.isScaling === true ? taken : this.withGiven(asked, { bound: slotsOf });
    return taken.specHash === before.specHash || patched('given-within-bounds') ? taken : before;
  }

  /** What the request comes to for a job whose vertices were given another parallelism than its applied spec says. */
  private withGiven(request: ApplySpecRequest, { bound, runs }: KeptBy = {}): WithGiven {
    const before = this.state ? this.state.given : request.lastGiven;
    if (before === undefined && request.isScaling !== true) return request;
    const spec = completed(request.spec);
    const of = { spec: this.state?.revision.spec ?? spec, given: before ?? {}, ...(runs && { runs }) };
    const come = request.isScaling === true ? scaledByHand(spec, of) : applied(spec, of, bound);
    return { ...request, ...come, specHash: hashOfSpec(come.spec) };
  }

  /** The applied spec may say by now what the job was given: then it is the spec that says it from now on. */
  private noteGiven(given: GivenParallelism): void {
    const state = this.known();
    if (JSON.stringify(state.given) === JSON.stringify(given)) return;
    state.given = given;
    this.publish();
  }

  private acceptRevision(request: ApplySpecRequest, given: GivenParallelism | undefined): JobState {
    const spec = completed(request.spec);
    const state = this.state ?? this.begin(spec, request.specHash, request.lastRestorePoint);
    if (given) state.given = given;
    const isNew = state.revision.specHash !== request.specHash || state.lastOperation === 0;
    if (!isNew) return state;
    correctFirstStart(state, state.revision.spec, spec);
    const number = state.lastOperation === 0 ? 1 : state.revision.number + 1;
    this.acceptedAs({ number, spec, specHash: request.specHash }, request.requestedBy);
    return state;
  }

  /** Makes it the job's revision, and records it. */
  protected acceptedAs(revision: Revision, acceptedBy: string): void {
    const state = this.known();
    const { number, spec, specHash } = revision;
    state.revision = revision;
    if (spec.spec.autoscaler && spec.spec.autoscaler.mode !== 'off') state.isAutoscaled = true;
    this.outbox.put({
      kind: 'revision',
      uid: state.uid,
      revision: number,
      spec,
      specHash,
      acceptedBy,
      acceptedAt: now(),
      ...(state.given && { given: state.given }),
    });
  }

  private begin(spec: FlinkJob, specHash: string, restorePoint?: string): JobState {
    const revision = { number: 1, spec, specHash };
    this.state = newJob({ uid: newUid(), ...this.input, createdAt: now(), revision, restorePoint });
    return this.state;
  }

  protected enqueue(
    kind: OperationKind,
    request: ChangeRequest & Pick<ApplySpecRequest, 'waits'>,
    reason: string,
    wish: OperationWish = {},
  ): ChangeAnswer {
    const state = this.known();
    const base = request.waits ? baseOf(state) : {};
    const made = this.newOperation(kind, request.requestedBy, reason);
    const operation = { ...made, ...wish, ...base };
    const waited = state.queue;
    const { queue, replaced } = enqueued(waited, operation, now());
    state.queue = queue;
    for (const one of replaced) {
      const { scales } = waited.find(({ record }) => record.number === one.record.number) ?? {};
      this.concludeScaling(state, one, scales);
    }
    for (const one of [...replaced, operation]) this.putOperation(one);
    const waits = request.waits && (patched('finite-jobs-run') || !state.revision.spec.spec.job.finite);
    // Who is done with the candidate still wants the job back.
    const isBeside = kind === 'discard' && state.running?.record.kind === 'recover';
    if (state.running && !leavesJobAlone(kind) && !waits && !isBeside) this.giveWay(operation);
    this.remember(request, true, operation.record.number);
    this.publish();
    return this.answer(true, operation);
  }

  /** Asks what is under way to give up for it, and to leave the savepoint from which it is to start. */
  private giveWay(by: QueuedOperation): void {
    const reason = `operation ${by.record.number} takes its place`;
    const keeps = by.restoreFrom !== undefined && { keeps: by.restoreFrom };
    if (!this.abortion) this.abortion = { reason, isAsked: false, by, ...keeps };
    else if (keeps && patched('restored-is-kept')) this.abortion = { ...this.abortion, ...keeps };
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

function refusedWith({ code, message }: Refusal | NotNow): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nonRetryable: true });
}

function baseOf(state: JobState): OperationWish & Pick<QueuedOperation, 'waitsFor'> {
  if (patched('built-on-changes')) return builtOn(state);
  return state.running ? { waitsFor: state.running.record.number } : {};
}

type WithGiven = ApplySpecRequest & { readonly given?: GivenParallelism };

/** What it depends on what an applied spec keeps of what was given: absent, the usual bound, and that what was accepted last runs. */
interface KeptBy {
  readonly bound?: (spec: FlinkJob) => number;
  readonly runs?: FlinkJob;
}

/** What a caller said for this once. */
type OperationWish = Pick<
  QueuedOperation,
  | 'mode'
  | 'force'
  | 'restoreFrom'
  | 'asked'
  | 'isRollback'
  | 'deletion'
  | 'savepointsLeft'
  | 'savepointWish'
  | 'forgets'
  | 'scales'
>;
