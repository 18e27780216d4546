/** What an autoscaler does about a window of samples: decides, has the decision carried out, and remembers how that went. */
import { isCancellation } from '@temporalio/workflow';
import type { AutoscalerDecision, Reason } from '../core/autoscaler/decision.ts';
import type { ToldInput } from '../core/autoscaler/packed-samples.ts';
import { rememberRefused, rememberScaling, rememberTried } from '../core/autoscaler/remember.ts';
import type { AutoscalerSignal } from '../core/autoscaler/signal.ts';
import { isNoRoom } from '../core/plan/no-room.ts';
import { whyHeldOff, type ScalingUnderWay } from '../core/scaling/autoscaler-state.ts';
import { decisionRecord, type DecisionOutcome, type DecisionRecord } from '../core/scaling/decision-record.ts';
import { lookMs } from '../core/scaling/due.ts';
import { heldOff } from '../core/scaling/holding-off.ts';
import { mergedMemory } from '../core/scaling/merged-memory.ts';
import { busyBriefly } from '../core/scaling/scaling-refusal.ts';
import type { ScalingEnded } from '../core/scaling/scaling-request.ts';
import { autoscalerAgent, decideScaling, findScaling, requestScaling } from './autoscaler-activities.ts';
import type { AutoscalerBook } from './autoscaler-book.ts';
import { DecisionAsks } from './decision-asks.ts';

export class Scaler {
  readonly book: AutoscalerBook;
  readonly asks: DecisionAsks;

  constructor(book: AutoscalerBook) {
    this.book = book;
    this.asks = new DecisionAsks(book);
  }

  /** Decides by a window, unless that was done. @returns false where the job turned out to be gone. */
  async take(signal: AutoscalerSignal): Promise<boolean> {
    const { book } = this;
    if (this.isKnown(signal) || book.isFull()) return true;
    const { generation, revision, asked } = signal;
    const asker = this.asks.askerOf(asked);
    book.change({ generation, revision, mode: signal.input.policy.mode });
    const input = { ...signal.input, memory: mergedMemory(book.state.memory, signal.input.memory) };
    const decision = await this.decide(signal, input);
    if (!decision) {
      if (asker) await this.asks.unanswered(asker, notRead);
      return true;
    }
    const record = decisionRecord(book.nextNumber(), signal, decision, asker);
    book.change({ memory: decision.memory });
    book.keepInput(record, input);
    const isThere = await this.settle(signal, decision, record);
    // What the agent found otherwise, it found by an older memory.
    if (decision.action !== signal.found.action) await this.note();
    if (asker) await this.asks.answered(asker);
    return isThere;
  }

  /** A window that the engine cannot read, of a newer agent perhaps, must not hold up the next ones. */
  private async decide(signal: AutoscalerSignal, input: ToldInput): Promise<AutoscalerDecision | undefined> {
    try {
      return await decideScaling.executeWithOptions({ summary: summaryOf(signal) }, [{ input }]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return undefined;
    }
  }

  private async settle(
    signal: AutoscalerSignal,
    decision: AutoscalerDecision,
    record: DecisionRecord,
  ): Promise<boolean> {
    if (decision.action === 'scale') return this.carryOut(signal, decision, record);
    // There is nothing to be tried again any more.
    this.book.change({ againAtMs: undefined });
    this.book.tell(record, 1);
    return true;
  }

  /** What the job says of the operation that carries a decision out. */
  async conclude(end: ScalingEnded): Promise<void> {
    const { underWay } = this.book.state;
    if (underWay?.record.id !== end.decision) return;
    const { operation, endedAt, pauseMs, generation } = end;
    const isDone = end.state === 'succeeded';
    const why = whyEnded(end);
    const told: DecisionRecord = {
      ...underWay.record,
      outcome: outcomeOf(end),
      operation,
      endedAt,
      ...(pauseMs !== undefined && { pauseMs }),
      ...(!isDone && { why }),
    };
    this.book.change({ underWay: undefined, ...(generation !== undefined && { generation }) });
    if (isDone) this.remember(underWay, pauseMs);
    else if (!end.gaveWay) this.holdOff(why, underWay.decision);
    this.book.tell(told, underWay.recordSeq + 1);
    await this.note();
  }

  /** What is due by itself. @returns false where the job turned out to be gone. */
  async lookAgain(nowMs: number): Promise<boolean> {
    await this.asks.expire(nowMs);
    const { underWay, againAtMs } = this.book.state;
    if (againAtMs !== undefined && againAtMs <= nowMs) await this.asks.again();
    return !underWay || underWay.lookedAtMs + lookMs > nowMs || this.lookFor(underWay, nowMs);
  }

  get isScaling(): boolean {
    return this.book.state.underWay !== undefined;
  }

  /** Says of what is under way that its job is gone. */
  jobGone(text = 'The job was removed.'): void {
    const { underWay } = this.book.state;
    if (!underWay) return;
    const why: Reason = { code: 'JOB_GONE', text };
    this.book.change({ underWay: undefined });
    this.book.tell({ ...underWay.record, outcome: 'notCarriedOut', why }, underWay.recordSeq + 1);
  }

  private isKnown({ found, asked }: AutoscalerSignal): boolean {
    const { known } = this.book.state;
    return known.some((one) => (this.asks.askerOf(asked) ? one.asked === asked : one.id === found.id));
  }

  private async carryOut(
    signal: AutoscalerSignal,
    decision: AutoscalerDecision,
    record: DecisionRecord,
  ): Promise<boolean> {
    const sinceMs = Date.now();
    const held = this.whyNotAgain(decision) ?? whyHeldOff(this.book.state, sinceMs);
    if (held) {
      this.book.tell({ ...record, outcome: 'notCarriedOut', why: held }, 1);
      return true;
    }
    // Its end may be told before the answer is there.
    const underWay = { decision, record, recordSeq: 1, sinceMs, lookedAtMs: sinceMs };
    this.book.change({ underWay });
    const { tenant, name, uid, revision, input } = signal;
    const now = Object.fromEntries(input.job.vertices.map(({ id, parallelism }) => [id, parallelism]));
    const wanted = decision.parallelism ?? now;
    const { id, slots, memoryBytes } = decision;
    const isUnderQuota = input.policy.quotas.some((quota) => quota.of === 'tenant' || quota.of === 'cluster');
    const given = { ...(slots !== undefined && { slots }), ...(memoryBytes !== undefined && { memoryBytes }) };
    const wish = { wanted, now, isUnderQuota, ...given };
    const asked = { tenant, name, uid, revision, decision: id, reason: record.reasons[0].text, ...wish };
    const answer = await requestScaling.executeWithOptions({ summary: `Ask for decision ${record.number}` }, [asked]);
    if ('operation' in answer) {
      const told = { ...record, operation: answer.operation };
      this.book.change({ underWay: { ...underWay, record: told } });
      this.book.tell(told, 1);
      return true;
    }
    this.book.change({ underWay: undefined });
    const { why, isFinal } = answer;
    if (why.code !== 'JOB_GONE' && !isFinal) this.holdOff(why, decision);
    this.book.tell({ ...record, outcome: 'notCarriedOut', why }, 1);
    return why.code !== 'JOB_GONE';
  }

  /** Who asks gets an answer, also where the agent has nothing newer: but what was asked of the job is not asked again. */
  private whyNotAgain({ id }: AutoscalerDecision): Reason | undefined {
    const same = this.book.state.known.find((one) => one.id === id);
    return same && { code: 'SAME_DECISION', text: `It is decision ${same.number} again, which is ${same.outcome}.` };
  }

  private remember({ decision, sinceMs }: ScalingUnderWay, pauseMs: number | undefined): void {
    const memory = this.book.state.memory ?? decision.memory;
    const done = { atMs: sinceMs, ...(pauseMs !== undefined && { pauseMs }) };
    this.book.change({
      memory: rememberScaling({ ...decision, memory }, done),
      holdingOff: undefined,
      againAtMs: undefined,
    });
  }

  private holdOff(why: Reason, { memoryBytes, ...decision }: AutoscalerDecision): void {
    const { holdingOff: before, memory = decision.memory } = this.book.state;
    const nowMs = Date.now();
    const holdingOff = heldOff(before, why, nowMs);
    this.book.change({ holdingOff, againAtMs: holdingOff.untilMs });
    // Where the job was only busy, it may have it as soon as it is not.
    if (memoryBytes === undefined || why.code === 'NOT_NOW' || why.code === busyBriefly) return;
    const isRefused = isNoRoom({ code: why.code, message: why.text });
    const tried = isRefused ? rememberRefused(memory, memoryBytes, nowMs) : rememberTried(memory, nowMs);
    this.book.change({ memory: tried });
  }

  /** The end of an operation that nobody has told. */
  private async lookFor(underWay: ScalingUnderWay, nowMs: number): Promise<boolean> {
    const { id, operation } = underWay.record;
    const { tenant, name, uid } = this.book.generation(this.book.state.generation);
    const ref = { tenant, name, uid, decision: id, operation: operation ?? 0 };
    const found = await findScaling.executeWithOptions({ summary: 'Look for the end of its operation' }, [ref]);
    if (found.is === 'ended') await this.conclude(found.end);
    else if (found.is === 'unknown' && nowMs - underWay.sinceMs >= foundWithinMs)
      await this.conclude({ ...ref, state: 'failed', endedAt: new Date(nowMs).toISOString() });
    else this.book.change({ underWay: { ...underWay, lookedAtMs: nowMs } });
    return found.is !== 'gone';
  }

  /** Agents begin with what lies at the anchor. Where none takes it, the next window is merged with what is held here. */
  private async note(): Promise<void> {
    const { cluster, namespace, generation, memory } = this.book.state;
    if (!memory) return;
    const input = { identity: this.book.generation(generation), namespace, memory };
    await autoscalerAgent(cluster)
      .noteAutoscaler.executeWithOptions({ summary: 'Note what is remembered on the anchor' }, [input])
      .catch(() => undefined);
  }
}

/** What nobody knows of for so long has left no record. */
const foundWithinMs = 24 * lookMs;

function outcomeOf({ state, gaveWay }: ScalingEnded): DecisionOutcome {
  if (state === 'succeeded') return 'carriedOut';
  return gaveWay ? 'notCarriedOut' : 'failed';
}

function whyEnded({ operation, state, failure, gaveWay }: ScalingEnded): Reason {
  if (gaveWay) return { code: 'SUPERSEDED', text: `Operation ${operation} gave way to a newer spec.` };
  const text = failure ? `${failure.code}: ${failure.message}` : `Operation ${operation} is ${state}.`;
  return { code: failure?.code ?? 'NOT_DONE', text };
}

const notRead: Reason = { code: 'NOT_READ', text: 'The engine could not read the window that was sent.' };

function summaryOf({ found, asked, input }: AutoscalerSignal): string {
  const why = asked === undefined ? `the agent found ${found.action}` : 'somebody asked';
  return `Decide by ${input.samples.length} samples with ${input.policy.profile}: ${why}`;
}
