/**
 * Sends samples to the API in batches. While the API is away they wait in memory, so many at most: then the oldest go, and are
 * counted. Whoever measures is never held up, and never sees an error.
 */
import type { Logger } from 'pino';
import { DreyApiError } from '../clients/drey/errors.ts';
import type { SendSamples } from '../clients/drey/send-samples.ts';
import { bySeries, isStorable, type MetricSample } from '../core/metrics/sample.ts';
import type { AgentMetrics } from './metrics.ts';
import { SampleBuffer, type OldestSamples } from './sample-buffer.ts';
import { UnknownSamples } from './unknown-samples.ts';

export interface MetricsSenderOptions {
  readonly send: SendSamples;
  readonly metrics: Pick<AgentMetrics, 'samples' | 'samplesWaiting' | 'batches'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Samples that may wait; 200,000, which take 20 to 40 MB. */
  readonly samplesMax?: number;
  /** Samples in one batch; 2,000, far below the API's limit for a request. */
  readonly batchMax?: number;
  /** How long a sample waits for others; 5 s. */
  readonly everyMs?: number;
  /** When samples of jobs that the API does not know yet are brought again; 10 s. */
  readonly unknownAgainMs?: number;
  /** The first and the longest pause after a failure; 500 ms, doubling up to 30 s. */
  readonly pauseMs?: { readonly first: number; readonly max: number };
}

/** An API that took the connection and is silent is as good as away. */
const answerTimeoutMs = 15_000;

/** How long the end of the process waits for what is still to be sent. */
const lastTimeoutMs = 2_000;

export class MetricsSender {
  private readonly options: MetricsSenderOptions;
  private readonly buffer: SampleBuffer;
  private readonly unknown: UnknownSamples;
  private readonly everyMs: number;
  private batchMax: number;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private attempt: AbortController | undefined;
  private failures = 0;
  private isStopped = false;
  /** The time for the last batches is over. */
  private isOver = false;

  constructor(options: MetricsSenderOptions) {
    this.options = options;
    this.buffer = new SampleBuffer(options.samplesMax ?? 200_000);
    this.unknown = new UnknownSamples(options.unknownAgainMs ?? 10_000);
    this.batchMax = options.batchMax ?? 2_000;
    this.everyMs = options.everyMs ?? 5_000;
  }

  /** Takes samples to be sent soon. Never throws. */
  add(samples: readonly MetricSample[]): void {
    const { metrics } = this.options;
    const usable = samples.filter(({ value }) => isStorable(value));
    let overflow = 0;
    for (const sample of [...this.unknown.due(performance.now()), ...usable])
      overflow += this.buffer.add(sample) ? 0 : 1;
    metrics.samples.inc({ outcome: 'unusable' }, samples.length - usable.length);
    metrics.samples.inc({ outcome: 'overflow' }, overflow);
    metrics.samplesWaiting.set(this.buffer.size);
    // While the API is away a full batch is no reason to ask it again.
    if (this.failures === 0 && this.buffer.size >= this.batchMax) this.schedule(0);
    else this.schedule(this.everyMs);
  }

  /** Sends what is there, if the API takes it within two seconds, and ends. Never throws. */
  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    clearTimeout(this.timer);
    const deadline = setTimeout(() => {
      this.isOver = true;
      this.attempt?.abort();
    }, lastTimeoutMs);
    await (this.round ?? this.sendAll());
    clearTimeout(deadline);
  }

  private schedule(delayMs: number): void {
    if (this.isStopped || this.round || this.buffer.size === 0) return;
    if (this.timer && delayMs > 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.round = this.sendAll().finally(() => {
        this.round = undefined;
        this.schedule(this.nextMs());
      });
    }, delayMs).unref();
  }

  private nextMs(): number {
    if (this.failures > 0) return this.pauseMs();
    return this.buffer.size >= this.batchMax ? 0 : this.everyMs;
  }

  /** Batch after batch, until all that was there is sent or one fails. */
  private async sendAll(): Promise<void> {
    const { end } = this.buffer;
    while (this.buffer.begin < end && !this.isOver)
      if (!(await this.sendOne(this.buffer.oldest(this.batchMax)))) return;
  }

  /** Whether to go on with what is left. */
  private async sendOne(batch: OldestSamples): Promise<boolean> {
    const { metrics } = this.options;
    try {
      const answer = await this.send(batch);
      metrics.batches.inc({ outcome: 'sent' });
      metrics.samples.inc({ outcome: 'taken' }, answer.taken);
      metrics.samples.inc({ outcome: 'repeated' }, answer.repeated);
      const kept = this.unknown.keep(batch.samples, answer.unknownJobs ?? [], performance.now());
      metrics.samples.inc({ outcome: 'refused' }, sum(Object.values(answer.dropped)) - kept);
      this.done(batch);
      this.succeeded();
      return true;
    } catch (error) {
      return this.failed(batch, error);
    }
  }

  private async send({ samples }: OldestSamples) {
    const attempt = new AbortController();
    this.attempt = attempt;
    const timer = setTimeout(() => attempt.abort(new Error('no answer in time')), answerTimeoutMs);
    try {
      return await this.options.send(bySeries(samples), attempt.signal);
    } finally {
      clearTimeout(timer);
      this.attempt = undefined;
    }
  }

  private failed(batch: OldestSamples, error: unknown): boolean {
    const { metrics, log } = this.options;
    const status = error instanceof DreyApiError ? error.problem.status : 0;
    if (status === 413 && batch.samples.length > 1) {
      this.batchMax = Math.ceil(batch.samples.length / 2);
      return true;
    }
    if (status === 400 || status === 413 || status === 422) {
      log.warn({ err: error }, 'the API will not take a batch of samples: it is given up');
      metrics.batches.inc({ outcome: 'refused' });
      metrics.samples.inc({ outcome: 'refused' }, batch.samples.length);
      this.done(batch);
      return true;
    }
    metrics.batches.inc({ outcome: 'failed' });
    if (this.failures === 0) log.warn({ err: error }, 'samples cannot be sent now: they wait');
    this.failures += 1;
    return false;
  }

  private done(batch: OldestSamples): void {
    this.buffer.forgetUntil(batch.end);
    this.options.metrics.samplesWaiting.set(this.buffer.size);
  }

  private succeeded(): void {
    if (this.failures > 0) this.options.log.info({ attempts: this.failures }, 'samples are sent again');
    this.failures = 0;
  }

  /** Doubles with each failure; agents that lost one API do not all come back in one moment. */
  private pauseMs(): number {
    const { first, max } = this.options.pauseMs ?? { first: 500, max: 30_000 };
    const longest = Math.min(max, first * 2 ** Math.min(this.failures - 1, 20));
    return longest * (0.5 + Math.random() / 2);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
