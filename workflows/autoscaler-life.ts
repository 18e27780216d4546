/** The life of an autoscaler: what it is told, in which order it deals with that, and until when it sleeps. */
import { allHandlersFinished, condition, patched, workflowInfo } from '@temporalio/workflow';
import type { AutoscalerSignal, AutoscalerStart } from '../core/autoscaler/signal.ts';
import type { AutoscalerStatus, DecideNowAnswer, DecideNowRequest } from '../core/scaling/autoscaler-messages.ts';
import { newAutoscaler, type AutoscaledJobRef, type AutoscalerState } from '../core/scaling/autoscaler-state.ts';
import { autoscalerStatus } from '../core/scaling/autoscaler-status.ts';
import type { JobRemoved, ScalingEnded } from '../core/scaling/scaling-request.ts';
import { nextDueMs } from '../core/scaling/due.ts';
import { recallAutoscaler } from './autoscaler-activities.ts';
import { AutoscalerBook } from './autoscaler-book.ts';
import { Outbox } from './outbox.ts';
import { Scaler } from './scaler.ts';

/** Windows that wait to be decided on; each may have 256 KB. */
const windowsMax = 8;

export class AutoscalerLife {
  private readonly input: AutoscalerStart;
  private readonly outbox: Outbox;
  private scaler: Scaler | undefined;
  /** Of each job of the name the newest window; of somebody who asked, each. */
  private windows: readonly AutoscalerSignal[] = [];
  private requests: readonly DecideNowRequest[] = [];
  private ends: readonly ScalingEnded[] = [];
  private gone: readonly string[] = [];

  constructor(input: AutoscalerStart, carried: AutoscalerState | undefined) {
    this.input = input;
    this.outbox = new Outbox(carried?.unwritten);
    if (carried) this.begin(carried);
  }

  seen(signal: AutoscalerSignal): void {
    const isReplaced = ({ uid, asked }: AutoscalerSignal) =>
      uid === signal.uid && (asked === undefined || asked === signal.asked);
    const windows = [...this.windows.filter((one) => !isReplaced(one)), signal];
    this.windows = windows.length > windowsMax && patched('windows-bounded') ? windows.slice(-windowsMax) : windows;
  }

  ended(end: ScalingEnded): void {
    this.ends = [...this.ends, end];
  }

  removed({ uid }: JobRemoved): void {
    this.gone = [...this.gone, uid];
  }

  /** Who asks while a decision is still to be asked of the agent gets that one: so no more than two are ever waited for. */
  asked(request: DecideNowRequest): DecideNowAnswer {
    const { uid, key } = request;
    const waiting = this.requests.findLast((one) => one.uid === uid)?.key ?? this.scaler?.asks.notAskedYet(uid);
    if (waiting !== undefined && waiting !== key && patched('asks-coalesced')) return { key: waiting };
    this.requests = [...this.requests, request];
    return { key };
  }

  status(): AutoscalerStatus | null {
    return this.scaler ? autoscalerStatus(this.scaler.book.state, Date.now()) : null;
  }

  /** Lives until the job is gone. Returns the state to continue as new with, or nothing at the end. */
  async live(): Promise<AutoscalerState | undefined> {
    for (;;) {
      await this.sleep();
      const goesOn = !this.isGone() && (await this.takeNext());
      // Who has told something only of an earlier job of this name has not told of this one.
      const hasJob = this.scaler !== undefined || !this.isIdle();
      if (!(goesOn && hasJob) && (await this.hasEnded())) return undefined;
      if (this.isIdle() && workflowInfo().continueAsNewSuggested && this.scaler) {
        await condition(allHandlersFinished);
        // What came meanwhile would be lost, also that the job is gone.
        if (this.isIdle() && !this.isGone()) return { ...this.scaler.book.state, unwritten: this.outbox.unwritten() };
      }
    }
  }

  /** Without anything due it waits without a timer, and so costs nothing. */
  private async sleep(): Promise<void> {
    const mayContinue = () => this.scaler !== undefined && workflowInfo().continueAsNewSuggested;
    const isWoken = () => !this.isIdle() || this.isGone() || mayContinue();
    const due = this.scaler && nextDueMs(this.scaler.book.state);
    if (due === undefined) return condition(isWoken);
    await condition(isWoken, Math.max(0, due - Date.now()), { summary: 'Look again' });
  }

  private isIdle(): boolean {
    return this.windows.length + this.requests.length + this.ends.length === 0;
  }

  private isGone(): boolean {
    const uid = this.scaler?.book.state.uid ?? this.windows[0]?.uid ?? this.requests[0]?.uid;
    return uid !== undefined && this.gone.includes(uid);
  }

  /** @returns false where the job turned out to be gone. */
  private async takeNext(): Promise<boolean> {
    const [end, ...ends] = this.ends;
    if (end) {
      this.ends = ends;
      await this.scaler?.conclude(end);
      return true;
    }
    const [request] = this.requests;
    if (request) {
      const scaler = await this.of(request);
      this.requests = this.requests.filter((one) => one !== request);
      if (scaler === 'gone') return false;
      await scaler?.asks.take(request);
      return true;
    }
    const [window] = this.windows;
    if (!window) return (await this.scaler?.lookAgain(Date.now())) ?? true;
    const scaler = await this.of({ ...window, mode: window.input.policy.mode });
    this.windows = this.windows.filter((one) => one !== window);
    return scaler === 'gone' ? false : ((await scaler?.take(window)) ?? true);
  }

  /**
   * The scaler of the job that a message is about; undefined for a message about an earlier job of this name. A new workflow asks first
   * what is recorded, and one that is told of another job, which of the two there is.
   */
  private async of(job: AutoscaledJobRef): Promise<Scaler | 'gone' | undefined> {
    if (this.scaler?.book.state.uid === job.uid) return this.scaler;
    const { uid, lastNumber } = await recallAutoscaler.executeWithOptions({ summary: 'What is known of the job' }, [
      { ...this.input, uid: job.uid },
    ]);
    if (uid === undefined) return 'gone';
    if (uid !== job.uid) return undefined;
    // Its workflow was ended by hand: nobody else says of the one before that it is gone.
    if (this.scaler?.isScaling && patched('job-made-anew')) this.scaler.jobGone('Another job has the name now.');
    const { cluster, namespace, generation, revision, mode } = job;
    return this.begin(newAutoscaler({ uid, cluster, namespace, generation, revision, mode }, lastNumber));
  }

  private begin(state: AutoscalerState): Scaler {
    this.scaler = new Scaler(new AutoscalerBook(this.input, state, this.outbox));
    return this.scaler;
  }

  /** What it has not written when it ends nobody writes. @returns false where it was told of another job meanwhile. */
  private async hasEnded(): Promise<boolean> {
    this.scaler?.jobGone();
    this.scaler = undefined;
    this.windows = this.windows.filter(({ uid }) => !this.gone.includes(uid));
    this.requests = this.requests.filter(({ uid }) => !this.gone.includes(uid));
    await condition(() => this.outbox.isEmpty() && allHandlersFinished());
    return this.isIdle();
  }
}
