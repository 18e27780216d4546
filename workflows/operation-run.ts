/**
 * One run of an operation: its steps as people read them, its records, and the ways it may end. An operation's workflow
 * says what to do; this keeps account of it.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import type { OperationRecord, OperationState, StepRecord } from '../core/operation.ts';
import type { OperationInput, OperationResult } from '../core/operation-result.ts';
import type { EventRow, RecordRow } from '../core/records.ts';
import { stepTitles, type StepName } from '../core/steps.ts';
import { Outbox } from './outbox.ts';
import { operationDetails } from './details.ts';

/** Asks a running operation to give up, with the reason. Before its point of no return it undoes what it began. */
export const abortOperation = defineSignal<[string]>('abortOperation');

/** What a step's activity may say of itself: shown beside the step. */
export interface StepOutcome {
  readonly detail?: string;
}

export class OperationRun {
  /** Generations that may exist in the cluster, the active one last: the operation keeps this true as it goes. */
  generations: readonly Generation[];
  restorePoint: string | undefined;
  /** Whether what ran before is as it was: an operation that fails then has done no harm. */
  leftRunning: boolean;

  private record: OperationRecord;
  private seq: number;
  private eventSeq = 0;
  private readonly outbox = new Outbox();
  private abortable: CancellationScope | undefined;
  private abortReason: string | undefined;

  private readonly input: OperationInput;

  constructor(input: OperationInput) {
    this.input = input;
    this.generations = input.generations;
    this.restorePoint = input.restorePoint;
    this.leftRunning = input.wasRunning;
    // The entity wrote this operation's rows up to `recordSeq`; ours are newer.
    this.seq = input.recordSeq + 10;
    this.record = { ...input.record, state: 'running', startedAt: now() };
    setHandler(abortOperation, (reason) => this.abort(reason), { description: 'Give up, undoing what can be undone' });
    this.publish();
  }

  /** Runs one step: shown as running, then as done with what it found, or as failed. */
  async step<T extends StepOutcome | void>(name: StepName, act: () => Promise<T>): Promise<T> {
    const step: StepRecord = { name, title: stepTitles[name], state: 'running', startedAt: now() };
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
  async untilNoReturn<T>(act: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope({ cancellable: true });
    this.abortable = scope;
    try {
      if (this.abortReason !== undefined) throw this.aborted();
      const done = await scope.run(act);
      // What cannot be cancelled comes to its end first.
      if (this.abortReason !== undefined) throw this.aborted();
      return done;
    } catch (error) {
      throw isCancellation(error) ? this.aborted() : error;
    } finally {
      this.abortable = undefined;
    }
  }

  /** Notes from where the job starts, before it does. */
  restoring(from: string | undefined): void {
    if (from !== undefined) this.update({ restoredFrom: from });
  }

  onGeneration(number: number): void {
    this.update({ generation: number });
  }

  /**
   * Runs the whole operation, shielded from cancellation: what has no return is carried to its end.
   * @throws ApplicationFailure carrying the result when the operation failed, so that Temporal shows it as failed too.
   */
  async run(act: () => Promise<void>, undo: () => Promise<void>): Promise<OperationResult> {
    this.abortWhenParentGoes();
    return CancellationScope.nonCancellable(async () => {
      try {
        await act();
        return this.end('succeeded');
      } catch (error) {
        const failure = failureOf(error);
        await this.undone(undo);
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
  private async undone(undo: () => Promise<void>): Promise<void> {
    try {
      await undo();
    } catch (error) {
      const { message, cure } = failureOf(error);
      this.tell('undoFailed', `${message} ${cure}`);
    }
  }

  private abortWhenParentGoes(): void {
    CancellationScope.current().cancelRequested.catch(() => this.abort('the job workflow has ended'));
  }

  private abort(reason: string): void {
    this.abortReason ??= reason;
    this.abortable?.cancel();
  }

  private aborted(): ApplicationFailure {
    const failure: Failure = {
      code: 'ABORTED',
      message: `Given up: ${this.abortReason ?? 'asked to'}.`,
      cure: 'Nothing to mend: apply the spec again when you want it.',
    };
    return errorOf(failure);
  }

  private end(state: OperationState, failure?: Failure): OperationResult {
    this.update({ state, endedAt: now(), ...(failure ? { failure } : {}) });
    this.tell(`operation${capitalised(state)}`, failure ? `${failure.message} ${failure.cure}` : this.record.reason);
    return {
      record: this.record,
      recordSeq: this.seq,
      generations: this.generations,
      leftRunning: this.leftRunning,
      ...(this.restorePoint === undefined ? {} : { restorePoint: this.restorePoint }),
      ...(failure ? { failure } : {}),
      unwritten: this.outbox.unwritten(),
    };
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

/** The error that carries a failure to the end of the operation. */
export function errorOf(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({ type: failure.code, message: failure.message, details: [failure] });
}

/** The failure that an error carries; what carries none is our own fault and says so. */
function failureOf(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [carried] = cause.details ?? [];
    if (isFailure(carried)) return carried;
  }
  if (cause instanceof TimeoutFailure) return clusterSilent();
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    code: 'INTERNAL',
    message: `Unexpected: ${message}.`,
    cure: 'Look at the operation in the Temporal UI and report it.',
  };
}

function clusterSilent(): Failure {
  return {
    code: 'CLUSTER_SILENT',
    message: "The cluster's agent did not carry out a step within its time.",
    cure: 'See whether the agent runs and reaches its cluster (`drey get clusters`), then apply again.',
  };
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'cure' in value;
}

function now(): string {
  return new Date().toISOString();
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
