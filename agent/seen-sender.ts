/**
 * Brings to the API what was seen of jobs: of each job only the newest that it does not have yet. While it is away that waits in memory, one
 * fact a job. Whoever observes is never held up, and never sees an error.
 */
import type { Logger } from 'pino';
import type { SendSeen } from '../clients/drey/send-seen.ts';
import { saysOther, type JobFact } from '../core/observation/job-seen.ts';
import type { AgentMetrics } from './metrics.ts';
import { isRefusal, Parts } from './parts.ts';

interface SeenSenderOptions {
  readonly send: SendSeen;
  readonly metrics: Pick<AgentMetrics, 'seen' | 'seenWaiting'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** From one batch to the next; 5 s. */
  readonly everyMs?: number;
  /** Jobs in one batch, far below what the API takes in a request; 500. */
  readonly batchMax?: number;
  /** When what has not changed is told again, so that its age says something; 5 min. */
  readonly againMs?: number;
  /** Jobs of which something waits; 50,000, some 40 MB at worst. */
  readonly waitingMax?: number;
  /** The first and the longest pause after a failure; 5 s, doubling up to 60 s. */
  readonly pauseMs?: { readonly first: number; readonly max: number };
}

interface Told {
  readonly fact: JobFact;
  readonly atMs: number;
}

/** An API that took the connection and is silent is as good as away. */
const answerTimeoutMs = 15_000;

export class SeenSender {
  private readonly options: Required<SeenSenderOptions>;
  /** By the job's uid; those first that have waited longest. */
  private readonly waiting = new Map<string, JobFact>();
  /** By the job's uid; those first that were told longest ago. */
  private readonly told = new Map<string, Told>();
  private readonly timer: NodeJS.Timeout;
  private attempt: AbortController | undefined;
  private isStopped = false;
  private isBusy = false;
  private failures = 0;
  private pausedUntilMs = 0;

  constructor(options: SeenSenderOptions) {
    this.options = {
      everyMs: 5_000,
      batchMax: 500,
      againMs: 300_000,
      waitingMax: 50_000,
      pauseMs: { first: 5_000, max: 60_000 },
      ...options,
    };
    this.timer = setInterval(() => void this.round(), this.options.everyMs).unref();
  }

  /** Takes what was seen of a job now. Never throws. */
  note(fact: JobFact): void {
    const { uid } = fact;
    const told = this.told.get(uid);
    // What waits is older than what is seen by now, also where that was told before.
    if (told && !this.waiting.has(uid) && !saysOther(told.fact, fact)) return;
    if (!this.waiting.has(uid) && this.waiting.size >= this.options.waitingMax) return this.count('overflow', 1);
    this.waiting.set(uid, fact);
    this.options.metrics.seenWaiting.set(this.waiting.size);
  }

  /** Ends without waiting: the agent that observes next sees all of it again. */
  stop(): void {
    clearInterval(this.timer);
    this.isStopped = true;
    this.attempt?.abort();
  }

  private async round(): Promise<void> {
    this.forgetOld();
    if (this.isBusy || this.waiting.size === 0 || performance.now() < this.pausedUntilMs) return;
    this.isBusy = true;
    await this.sendParts([...this.waiting.values()].slice(0, this.options.batchMax));
    this.isBusy = false;
  }

  private async sendParts(batch: readonly JobFact[]): Promise<void> {
    const parts = new Parts(batch);
    for (let part = parts.next(); part && this.goesOn; part = parts.next()) {
      const refusal = await this.sendOne(part);
      if (refusal !== undefined && !parts.refused(part)) this.giveUp(part, refusal);
    }
  }

  private get goesOn(): boolean {
    return !this.isStopped && performance.now() >= this.pausedUntilMs;
  }

  /** A signal of its own: what AbortSignal.any() derives from one that lasts stays in memory as long as that. */
  private async send(batch: readonly JobFact[]): ReturnType<SendSeen> {
    const attempt = new AbortController();
    this.attempt = attempt;
    const timer = setTimeout(() => attempt.abort(new Error('no answer in time')), answerTimeoutMs);
    try {
      return await this.options.send(batch, attempt.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns why the API will never take it, if so. */
  private async sendOne(batch: readonly JobFact[]): Promise<unknown> {
    const { log } = this.options;
    try {
      const { taken, dropped } = await this.send(batch);
      this.count('taken', taken);
      this.count('dropped', dropped);
      if (this.failures > 0) log.info({ attempts: this.failures }, 'what is seen of jobs is told again');
      this.failures = 0;
      this.done(batch);
    } catch (error) {
      if (this.isStopped) return undefined;
      if (isRefusal(error)) return error;
      this.failed(error);
    }
    return undefined;
  }

  private giveUp(batch: readonly JobFact[], error: unknown): void {
    const jobs = batch.map(({ uid }) => uid);
    this.options.log.warn({ err: error, jobs }, 'the API will not take what was seen of jobs: it is given up');
    this.count('refused', batch.length);
    this.done(batch);
  }

  private failed(error: unknown): void {
    const { log, pauseMs } = this.options;
    if (this.failures === 0) log.warn({ err: error }, 'what is seen of jobs cannot be told now: it waits');
    const longest = Math.min(pauseMs.max, pauseMs.first * 2 ** Math.min(this.failures, 20));
    this.failures += 1;
    this.pausedUntilMs = performance.now() + longest * (0.5 + Math.random() / 2);
  }

  /** What was seen meanwhile goes on waiting where it says something else. */
  private done(batch: readonly JobFact[]): void {
    const atMs = performance.now();
    for (const fact of batch) {
      const newest = this.waiting.get(fact.uid);
      if (newest && !saysOther(newest, fact)) this.waiting.delete(fact.uid);
      this.told.delete(fact.uid);
      this.told.set(fact.uid, { fact, atMs });
    }
    this.options.metrics.seenWaiting.set(this.waiting.size);
  }

  /** What was told so long ago is told anew, if the job is still there. */
  private forgetOld(): void {
    const beforeMs = performance.now() - this.options.againMs;
    for (const [uid, { atMs }] of this.told) {
      if (atMs > beforeMs) return;
      this.told.delete(uid);
    }
  }

  private count(outcome: string, count: number): void {
    this.options.metrics.seen.inc({ outcome }, count);
  }
}
