/**
 * One run of an operation: its steps as people read them, its records, and the ways it may end. An operation's workflow
 * says what to do; this keeps account of it.
 */
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { agingOf, type AgingPoint } from '../core/aging.ts';
import { awaitedAgent } from '../core/awaited-agent.ts';
import { candidateAmong } from '../core/candidate.ts';
import type { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import type { Notice } from '../core/notice.ts';
import type { OperationRecord, OperationState, StepRecord } from '../core/operation.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import type { Pinning } from '../core/pinning.ts';
import type { PlanMode } from '../core/plan/change-plan.ts';
import type { EventRow, RecordRow } from '../core/records.ts';
import type { SavepointRecord } from '../core/savepoint.ts';
import { isFurther, savepointSeq } from '../core/savepoint-numbers.ts';
import { generationName } from '../core/names.ts';
import { toldOf } from '../core/superseded.ts';
import { stepTitles, type StepName } from '../core/steps.ts';
import { abortOperation, type AbortRequest } from './abort-request.ts';
import { errorOf, failureOf, hasTimedOut } from './carried-failure.ts';
import { whenAgentIsAwaited } from './cluster-activities.ts';
import { Outbox } from './outbox.ts';
import { operationDetails } from './details.ts';

/** What a step's activity may say of itself: shown beside the step. */
export interface StepOutcome {
  readonly detail?: string;
}

type Undo = (failure: Failure) => Promise<Failure | void>;

export class OperationRun {
  /** Generations that may exist in the cluster, the active one last: the operation keeps this true as it goes. */
  generations: readonly Generation[];
  restorePoint: string | undefined;
  /** Points that age, as far as is known: what counts is the one that the job waits with in the end. */
  aging: readonly AgingPoint[];
  /** From where the job runs that has not been seen to complete a checkpoint since. */
  startedFrom: string | undefined;
  /** Whether what ran before is as it was: an operation that fails then has done no harm. */
  leftRunning: boolean;
  /**
   * Whether a job was stopped, or changed, for what comes now: it waits for the rest, so nothing is given up for an agent
   * that is away.
   */
  stoppedAnother = false;
  /** Whether the job has finished by itself. */
  finished = false;
  /** Whether its revision is what the job is now: whatever fails after that changes nothing of it. */
  isBrought = false;

  /** From where an operation that was accepted is to start the job. */
  private restoringFrom: string | undefined;
  private record: OperationRecord;
  private seq: number;
  private eventSeq = 0;
  private readonly outbox = new Outbox();
  private savepoints: readonly SavepointRecord[] = [];
  private abortable: { readonly scope: CancellationScope; readonly onlyAsked: boolean } | undefined;
  private abortion: AbortRequest | undefined;
  private endNow: (error: ApplicationFailure) => void = () => undefined;
  /** Rejects when it shall end where it stands. */
  private readonly forced = new Promise<never>((_resolve, reject) => (this.endNow = reject));

  private readonly input: OperationInput;

  constructor(input: OperationInput) {
    this.input = input;
    this.generations = input.generations;
    this.restorePoint = input.restorePoint;
    this.aging = input.aging ? [input.aging] : [];
    this.startedFrom = input.startedFrom;
    this.leftRunning = input.wasRunning;
    this.restoringFrom = input.restoring;
    // The entity wrote this operation's rows up to `recordSeq`; ours are newer.
    this.seq = input.recordSeq + 10;
    this.record = { ...input.record, state: 'running', startedAt: now() };
    this.forced.catch(() => undefined);
    whenAgentIsAwaited((cluster) => this.sayAwaited(cluster));
    setHandler(abortOperation, (request) => this.abort(request), {
      description: 'Give up, undoing what can be undone',
    });
    this.publish();
  }

  get uid(): string {
    return this.input.uid;
  }

  get tenant(): string {
    return this.input.tenant;
  }

  /** Which state the job goes on from. */
  get mode(): PlanMode {
    return this.record.plan?.mode ?? this.input.spec.spec.upgrade.mode;
  }

  /** From where the job is to start: what is known of its state, unless the caller said otherwise. */
  get startsFrom(): string | undefined {
    if (this.mode === 'restore') return this.input.restoreFrom;
    return this.mode === 'stateless' ? undefined : this.restorePoint;
  }

  /** The operation's record as it is now. */
  get current(): OperationRecord {
    return this.record;
  }

  /** The savepoints that the job may need, as far as is known. */
  get pinning(): Pinning {
    const { restorePoint, startedFrom, restoringFrom: restoring } = this;
    return { restorePoint, startedFrom, candidateFrom: candidateAmong(this.generations)?.restoreFrom, restoring };
  }

  /** Whether its revision also changes what nothing of Flink is touched for. */
  get changesBookkeeping(): boolean {
    return this.record.plan?.changes.some(({ cost }) => cost === 'none') ?? false;
  }

  /** The operation's number. */
  get number(): number {
    return this.record.number;
  }

  /** Whether the generation may still be there. */
  has({ identity }: Generation): boolean {
    return this.generations.some((one) => generationName(one.identity) === generationName(identity));
  }

  /** Takes a generation off the list once it is gone. */
  forget({ identity }: Generation): void {
    this.generations = this.generations.filter((one) => generationName(one.identity) !== generationName(identity));
  }

  /** Puts a generation last, as the active one, in place of what was known of it. */
  activate(generation: Generation): void {
    this.forget(generation);
    this.generations = [...this.generations, generation];
  }

  /**
   * Runs one step: shown as running, then as done with what it found, or as failed.
   * @param waitsFor what is shown beside it from the start.
   */
  async step<T extends StepOutcome | void>(name: StepName, act: () => Promise<T>, waitsFor?: string): Promise<T> {
    const title = stepTitles[name];
    const step: StepRecord = { name, title, state: 'running', startedAt: now(), ...(waitsFor && { detail: waitsFor }) };
    this.putStep(step);
    try {
      const outcome = await act();
      const detail = outcome?.detail;
      this.putStep({ ...step, state: 'done', endedAt: now(), ...(detail ? { detail } : {}) });
      this.tell('stepDone', detail ? `${step.title}: ${detail}` : step.title);
      return outcome;
    } catch (error) {
      this.putStep({ ...step, state: 'failed', endedAt: now(), detail: failureOf(error).message });
      throw error;
    }
  }

  /**
   * Runs the part of an operation that may still be given up: an abort, or the end of the job's entity, cancels what it
   * awaits. What comes after it always goes on to its end.
   */
  untilNoReturn<T>(act: () => Promise<T>): Promise<T> {
    return this.abortableBy(false, act);
  }

  /** Runs a part that is only given up when a person asks for it: the operation then rolls back. */
  untilAborted<T>(act: () => Promise<T>): Promise<T> {
    return this.abortableBy(true, act);
  }

  private async abortableBy<T>(onlyAsked: boolean, act: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope({ cancellable: true });
    const outer = this.abortable;
    const needsPerson = onlyAsked && (outer?.onlyAsked ?? true);
    this.abortable = { scope, onlyAsked: needsPerson };
    const isAborted = () => this.abortion !== undefined && (this.abortion.isAsked || !needsPerson);
    try {
      if (isAborted()) throw this.aborted();
      const done = await scope.run(act);
      // What cannot be cancelled comes to its end first.
      if (isAborted()) throw this.aborted();
      return done;
    } catch (error) {
      // An attempt that an agent had begun and then left ends with its time.
      throw isCancellation(error) || (isAborted() && hasTimedOut(error)) ? this.aborted() : error;
    } finally {
      this.abortable = outer;
    }
  }

  /** Notes from where the job starts, before it does. */
  restoring(from: string | undefined): void {
    if (from !== undefined) this.update({ restoredFrom: from });
  }

  /** Adds to the record what is only known now. */
  note(facts: Pick<OperationRecord, 'generation' | 'plan' | 'pauseMs' | 'rolledBackTo' | 'stopFound'>): void {
    this.update(facts);
  }

  /** Says what somebody should know, however it ends. */
  warn(notice: Notice): void {
    this.update({ notices: [...(this.record.notices ?? []), notice] });
    this.tell('notice', `${notice.code}: ${notice.message}`);
  }

  /** Operations just before this one that ended without a result. */
  get lost(): readonly number[] {
    return this.input.lost ?? [];
  }

  /** Those that the job knew of, and those that this operation has recorded. */
  get knownSavepoints(): readonly SavepointRecord[] {
    return [...(this.input.savepoints ?? []), ...this.savepoints];
  }

  /** Savepoints whose records this operation has changed, as they are now. */
  get changedSavepoints(): readonly SavepointRecord[] {
    return this.savepoints;
  }

  /** Records a savepoint as it is now. */
  recordSavepoint(savepoint: SavepointRecord): void {
    this.savepoints = [...this.savepoints, savepoint];
    // The entity writes it when it has given it a number: under this one it would take the place of another.
    if (isFurther(savepoint, this.knownSavepoints)) return;
    const seq = savepointSeq(this.number, this.savepoints.length);
    this.outbox.put({ kind: 'savepoint', uid: this.input.uid, seq, savepoint });
  }

  /**
   * Runs the whole operation, shielded from cancellation: what has no return is carried to its end.
   * @param undo clears up after a failure, and may answer with another one to report.
   * @throws ApplicationFailure carrying the result when the operation failed, so that Temporal shows it as failed too.
   */
  async run(act: () => Promise<void>, undo: Undo = async () => undefined): Promise<OperationResult> {
    this.abortWhenParentGoes();
    return CancellationScope.nonCancellable(async () => {
      try {
        await Promise.race([act(), this.forced]);
        this.sayTooLate();
        return this.end('succeeded');
      } catch (error) {
        const failure = await this.undone(undo, failureOf(error));
        const result = this.end(failure.code === 'ABORTED' ? 'aborted' : 'failed', failure);
        throw ApplicationFailure.create({
          type: failure.code,
          message: `${failure.message} ${failure.cure}`,
          nonRetryable: true,
          details: [result],
        });
      }
    });
  }

  /** What cannot be cleared away stays among the generations: the next operation begins with it. */
  private async undone(undo: Undo, failure: Failure): Promise<Failure> {
    if (this.abortion?.isForced) return failure;
    try {
      return (await Promise.race([undo(failure), this.forced])) ?? failure;
    } catch (error) {
      const { message, cure } = failureOf(error);
      this.tell('undoFailed', `${message} ${cure}`);
      return failure;
    }
  }

  private abortWhenParentGoes(): void {
    const request = { reason: 'the job workflow has ended', isAsked: false };
    CancellationScope.current().cancelRequested.catch(() => this.abort(request));
  }

  private abort(request: AbortRequest): void {
    this.restoringFrom = request.keeps ?? this.restoringFrom;
    if (this.abortion === undefined || request.isAsked) this.abortion = request;
    if (request.isForced) return this.endNow(this.aborted());
    if (this.abortable && (request.isAsked || !this.abortable.onlyAsked)) this.abortable.scope.cancel();
  }

  /** Its record may have been a step behind when somebody asked: then nothing refused that. */
  private sayTooLate(): void {
    if (this.abortion?.isAsked) this.tell('abortTooLate', `${this.abortion.reason}, too late: it came to its end`);
  }

  private aborted(): ApplicationFailure {
    const failure: Failure = {
      code: 'ABORTED',
      message: `Given up: ${this.abortion?.reason ?? 'asked to'}.`,
      cure: 'Nothing to mend: ask for it again when you want it.',
    };
    return errorOf(failure);
  }

  private end(state: OperationState, failure?: Failure): OperationResult {
    const aging = agingOf(this.aging, this.restorePoint);
    // The entity writes how it ended together with the job's own record: who reads the one finds the other.
    this.outbox.close();
    const steps = this.record.steps.map((step) => (step.state === 'running' ? cutOff(step) : step));
    this.update({ state, endedAt: now(), steps, ...(failure && toldOf(failure, this.input, this.abortion?.by)) });
    this.tell(`operation${capitalised(state)}`, failure ? `${failure.message} ${failure.cure}` : this.record.reason);
    return {
      record: this.record,
      recordSeq: this.seq,
      generations: this.generations,
      leftRunning: this.leftRunning,
      ...(this.finished ? { finished: true } : {}),
      ...(this.isBrought && { isBrought: true }),
      ...(this.restorePoint === undefined ? {} : { restorePoint: this.restorePoint }),
      ...(aging && { aging }),
      ...(this.startedFrom === undefined ? {} : { startedFrom: this.startedFrom }),
      ...(this.savepoints.length === 0 ? {} : { savepoints: this.savepoints }),
      ...(failure ? { failure } : {}),
      unwritten: this.outbox.unwritten(),
    };
  }

  /** Whatever is under way waits for the same agents. */
  private sayAwaited(cluster: string): void {
    const { kind } = this.record;
    const detail = awaitedAgent({ cluster, noticedAt: now(), kind, name: this.input.name });
    for (const step of this.record.steps) if (step.state === 'running') this.putStep({ ...step, detail });
    this.tell('agentAwaited', detail);
  }

  private putStep(step: StepRecord): void {
    const { steps } = this.record;
    const index = steps.findIndex(({ name, startedAt }) => name === step.name && startedAt === step.startedAt);
    // In its place: readers follow steps by their position, and two may run side by side.
    this.update({ steps: index === -1 ? [...steps, step] : steps.with(index, step) });
  }

  private update(change: Partial<OperationRecord>): void {
    this.record = { ...this.record, ...change };
    this.publish();
  }

  private publish(): void {
    setCurrentDetails(operationDetails(this.record));
    this.seq += 1;
    this.outbox.put({
      kind: 'operation',
      uid: this.input.uid,
      seq: this.seq,
      operation: this.record,
    } satisfies RecordRow);
  }

  private tell(type: string, text: string): void {
    this.eventSeq += 1;
    const event: EventRow = {
      kind: 'event',
      uid: this.input.uid,
      operation: this.record.number,
      seq: this.eventSeq,
      at: now(),
      type,
      text,
    };
    this.outbox.put(event);
  }
}

/** Waits for the end of all, so that nothing still acts when the first failure is undone. */
export async function allEnded(steps: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(steps)) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Nobody knows how far it came. */
function cutOff(step: StepRecord): StepRecord {
  return { ...step, state: 'failed', endedAt: now(), detail: 'ended where it stood' };
}

function now(): string {
  return new Date().toISOString();
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
