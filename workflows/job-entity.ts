/** The entity of one job: carries out what it has taken, one at a time and in order, and what is due by itself. */
import { allHandlersFinished, condition, patched, sleep, workflowInfo } from '@temporalio/workflow';
import { candidateDue } from '../core/candidate.ts';
import { concludeMending } from '../core/candidate-health.ts';
import { mendingFirst, waitingChange } from '../core/job-changes.ts';
import { isAtAnEnd, runs } from '../core/job.ts';
import {
  concludeOperation,
  goingBack,
  hasAskedCluster,
  lostOperation,
  lostOperationsMax,
  mustGoBack,
  passRollback,
  repeatedOperation,
  type KnownBeside,
} from '../core/job-outcome.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import { activeAmong } from '../core/generation.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { operationWorkflowId } from '../core/names.ts';
import { isCanceledWhileMended, isUnasked, keepsAttempts } from '../core/recovery/mending.ts';
import { giveUpTrouble } from '../core/recovery/trouble.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from '../core/operation-kinds.ts';
import type { OperationResult } from '../core/operation-result.ts';
import type { PlannedJob } from '../core/plan/change-plan.ts';
import type { RecordRow } from '../core/records.ts';
import { isUnsettled } from '../core/rescale/unsettled.ts';
import { isStillToResume, isToBeResumed } from '../core/resumption.ts';
import { isFurther, lastOfEachNumber, numberedApart, savepointSeq } from '../core/savepoint-numbers.ts';
import { waitUntilDue, type DueOperation } from './due-by-itself.ts';
import { now } from './job-book.ts';
import { JobHealth } from './job-health.ts';
import { planOperation } from './plan-operation.ts';
import { carryOut, inputOf } from './run-operation.ts';

export class JobEntity extends JobHealth {
  private lostInARow = 0;
  /** Their numbers: what they have done is only found by those that follow. */
  private lost: readonly number[] = [];
  private lostCandidate = false;
  private wasRunning = false;
  /** How the job had ended, or was to be brought back, when the turn of the operation under way came. */
  private hadEnded: KnownBeside['hadEnded'];
  private isEnding = false;

  /**
   * Lives until the job is removed, and nothing is left to do for earlier jobs of its name. Returns the state to continue as
   * new with, or nothing at the end.
   */
  async live(): Promise<JobState | undefined> {
    for (;;) {
      await (this.isEnding ? this.waitForRecords() : this.waitForWork());
      await condition(allHandlersFinished);
      if (this.state && this.hasWork()) await this.next(this.state);
      else if (this.state && !this.isEnding && this.hasTrouble()) await this.judge(this.state);
      // The job's own operations come first: they do not wait for the cleaning up after an earlier one.
      else if (this.removedJobs.hasWork()) await this.removedJobs.next();
      else if (this.isEnding) return undefined;
      else if (this.state && this.shouldContinueAsNew()) return { ...this.state, unwritten: this.outbox.unwritten() };
      this.isEnding = this.state === undefined || this.state.phase === 'REMOVED';
      this.refused = false;
      this.isSeenAnew = false;
    }
  }

  private async waitForWork(): Promise<void> {
    const isWoken = () =>
      this.isAsked() || this.hasTrouble() || this.refused || this.isSeenAnew || this.shouldContinueAsNew();
    const due = await waitUntilDue(this.state, isWoken, () => this.publish());
    if (due && this.state) this.enqueueDue(this.state, due);
  }

  /** What it has not written when it ends nobody writes. */
  private async waitForRecords(): Promise<void> {
    await condition(() => this.isAsked() || (this.outbox.isEmpty() && allHandlersFinished()));
  }

  private isAsked(): boolean {
    return this.hasWork() || this.removedJobs.hasWork();
  }

  private enqueueDue(state: JobState, due: DueOperation): void {
    // Whoever asked for something in this very moment comes first: what is due by itself is due again afterwards.
    if (this.hasWork()) return;
    if (due === 'recover') return this.enqueueRecovery(state);
    if (due === 'revive') return this.enqueueRevival(state);
    if (due === 'savepoint') return this.enqueuePeriodic(state);
    // In the same moment something may have been seen that is wrong with it.
    if (candidateDue(state)?.operation !== due) return;
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

  /** What was lost is known to this run alone, until an operation has asked the cluster what it left. */
  private shouldContinueAsNew(): boolean {
    return workflowInfo().continueAsNewSuggested && this.state !== undefined && this.lostInARow === 0;
  }

  private async next(state: JobState): Promise<void> {
    const [next, ...queue] = state.queue;
    if (!next) return;
    state.queue = queue;
    state.running = next;
    // The repetition of a lost operation finds the job as that one did, as far as is known.
    const wasRunning = runs(state.phase) || (this.lostInARow > 0 && this.wasRunning);
    this.wasRunning = wasRunning;
    // Agents tell nothing twice: what they have seen to end in between would be said to run for good.
    const mayRun = wasRunning && !isAtAnEnd(state.phase);
    this.hadEnded = this.lostInARow === 0 ? endOf(state, next) : undefined;
    const revision = next.mends?.revision ?? state.revision;
    const planned = this.afterLoss(state, await this.planned(state, next, revision));
    state.running = planned;
    showUnderWay(state, planned.record.kind);
    const input = {
      ...inputOf(state, revision, planned, mayRun),
      ...(this.lost.length > 0 && { lost: this.lost }),
    };
    this.publish();
    const result = await carryOut(input, () => this.abortion);
    if (result && this.abortion?.isForced)
      await sleep(lateAttemptMs, { summary: 'What was ended where it stood may still act' });
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

  /** A deploy that takes the place of a lost operation is told what it goes back to. */
  private afterLoss({ lastRun }: JobState, { goesBack: _ofTheLost, ...planned }: QueuedOperation): QueuedOperation {
    if (this.lostInARow === 0 || !lastRun || !mustGoBack(planned.record.kind, this.wasRunning)) return planned;
    return patched('repetitions-go-back') ? goingBack(planned, lastRun) : planned;
  }

  protected override plannedJob(state: JobState): PlannedJob {
    const { phase, askedCluster, generations, lastRun } = state;
    const afterLoss = this.lostInARow > 0 && !this.lostCandidate;
    const resumes = isToBeResumed(state);
    const active = activeAmong(generations);
    const unsettled = active && isUnsettled(active) ? { isUnsettled: true } : {};
    return {
      phase,
      askedCluster,
      generations,
      afterLoss,
      resumes,
      ...unsettled,
      ...(lastRun && { lastRun: lastRun.spec }),
    };
  }

  private conclude(state: JobState, told: OperationResult, brought: Revision): void {
    const result = this.numbered(state, told);
    const { record, recordSeq } = result;
    const { mends, scales } = state.running ?? {};
    if (!leavesJobAlone(record.kind) && !this.staysLost(result)) [this.lostInARow, this.lost] = [0, []];
    concludeOperation(state, result, brought, {
      hadEnded: this.hadEnded,
      staysEnded: () => patched(this.hadEnded?.phase === 'RECOVERING' ? 'recovering-stays-so' : 'ended-stays-ended'),
      outlivesRescale: () => patched('broken-while-rescaled'),
    });
    const ended = { record, recordSeq, ...(mends && { mends }) };
    const staysCanceled = isCanceledWhileMended(state, ended) && patched('canceled-while-mended');
    const isScaled = keepsAttempts(state, ended) && patched('scalings-keep-attempts');
    const hasReachedNobody = isUnasked(ended) && patched('unasked-attempts');
    const taken = { staysCanceled, keepsAttempts: isScaled, isUnasked: hasReachedNobody };
    concludeMending(state, ended, { now: now(), ...taken });
    this.hearUnplaced(state);
    this.concludeScaling(state, result, scales);
    if (state.phase === 'REMOVED') this.tellRemoved(state);
    if (result.failure) this.withdrawBuiltOn(state, result.record.number);
    if (patched('ended-with-job')) return this.publish(...result.unwritten);
    this.outbox.put(...result.unwritten);
    this.publish();
  }

  /** What a lost operation has left is not known before the cluster was asked: one that failed before that has changed nothing of it. */
  private staysLost(result: OperationResult): boolean {
    if (this.lostInARow === 0 || !result.failure || hasAskedCluster(result)) return false;
    return patched('lost-until-asked');
  }

  /** An operation that took several savepoints has a number for one of them: the others get theirs here, and all are recorded. */
  private numbered(state: JobState, result: OperationResult): OperationResult {
    const { savepoints = [], record, unwritten } = result;
    const known = state.savepoints ?? [];
    if (!savepoints.some((one) => isFurther(one, [...known, ...savepoints]))) return result;
    if (!patched('savepoints-numbered')) return { ...result, savepoints: lastOfEachNumber(savepoints) };
    const numbered = numberedApart(savepoints, known, () => (state.lastOperation += 1));
    // An operation of an earlier release has written the last one over the first.
    const seqOf = (index: number) => savepointSeq(record.number, savepoints.length + 1 + index);
    const rows = numbered.map((savepoint, index): RecordRow => {
      return { kind: 'savepoint', uid: state.uid, seq: seqOf(index), savepoint };
    });
    return { ...result, savepoints: numbered, unwritten: [...unwritten, ...rows] };
  }

  /** What would bring about again what has just failed. */
  private withdrawBuiltOn(state: JobState, failed: number): void {
    const built = state.queue.filter(({ waitsFor }) => waitsFor === failed);
    for (const operation of built) this.withdraw(operation, `operation ${failed}, on which it builds, did not succeed`);
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
    passRollback(state, lost);
    this.lostInARow += 1;
    this.lost = [...this.lost, lost.record.number];
    this.lostCandidate = lost.record.plan?.strategy === 'blueGreen';
    // It touches nothing of the job beside which a candidate comes up.
    if (this.lostCandidate) state.phase = 'RUNNING';
    const waiting = waitingChange(state.queue);
    const next = this.lostInARow > lostOperationsMax ? undefined : (waiting ?? this.repetitionOf(lost));
    const ended = lostOperation(lost, now(), next);
    this.putOperation(ended);
    state.resumes = isStillToResume(isToBeResumed(state), ended.record);
    state.newest = ended;
    if (!next) {
      if (!this.lostCandidate) state.phase = 'FAILED';
      state.failure = ended.record.failure;
      giveUpTrouble(state);
      this.concludeScaling(state, ended, lost.scales);
      return;
    }
    state.queue = mendingFirst(state.queue, next);
    if (waiting) this.concludeScaling(state, ended, lost.scales);
    else this.putOperation(next);
  }

  /** What leaves the job as it is is not begun again: who wanted it sees that it failed. */
  private giveUp(state: JobState, lost: QueuedOperation): void {
    state.newestAside = lostOperation(lost, now());
    concludeMending(state, { ...lost, ...state.newestAside }, { now: now() });
    this.hearUnplaced(state);
    this.putOperation(state.newestAside);
  }

  private repetitionOf(lost: QueuedOperation): QueuedOperation {
    const { kind, requestedBy, number } = lost.record;
    return repeatedOperation(this.newOperation(kind, requestedBy, `Operation ${number} ended without a result`), lost);
  }
}

/** How a job has ended, or is to be brought back by something else; undefined where it may run. */
function endOf({ phase, failure }: JobState, { mends }: QueuedOperation): KnownBeside['hadEnded'] {
  const isEnded = isAtAnEnd(phase) || (phase === 'RECOVERING' && !mends);
  return isEnded ? { phase, ...(failure && { failure }) } : undefined;
}

/** What the job is said to be while it is changed. */
function showUnderWay(state: JobState, kind: OperationKind): void {
  const { during } = operationKinds[kind];
  if (during === undefined) return;
  // Bookkeeping leaves a job that has finished finished.
  if (kind !== 'adjust') state.phase = during;
  // What has failed has failed, whatever becomes of its candidate.
  if (kind !== 'discard' && kind !== 'promote') state.failure = undefined;
}
