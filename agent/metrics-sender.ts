/**
 * Sends samples to the API in batches. While the API is away they wait in memory, so many at most: then the oldest go, and are
 * counted. What it refuses is given up, of that job alone. Whoever measures is never held up, and never sees an error.
 */
import type { Logger } from 'pino';
import type { DreyApiError } from '../clients/drey/errors.ts';
import type { SendSamples } from '../clients/drey/send-samples.ts';
import { byJob, bySeries, isStorable, type MetricSample } from '../core/metrics/sample.ts';
import type { AgentMetrics } from './metrics.ts';
import { isRefusal, Parts } from './parts.ts';
import { SampleBuffer } from './sample-buffer.ts';
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

/** The samples of a job: what is refused of it is another job's loss no more. */
type OfJob = readonly MetricSample[];

interface Batch {
  readonly parts: Parts<OfJob>;
  /** Where it ends in the buffer. */
  readonly end: number;
}

export class MetricsSender {
  private readonly options: MetricsSenderOptions;
  private readonly buffer: SampleBuffer;
  private readonly unknown: UnknownSamples;
  private readonly everyMs: number;
  /** That with which the buffer begins, until the last part of it is sent. */
  private batch: Batch | undefined;
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
    while (this.buffer.begin < end && !this.isOver) {
      const batch = (this.batch ??= this.nextBatch());
      const part = batch.parts.next();
      if (!part) this.done(batch);
      else if (!(await this.sendPart(batch, part))) return;
    }
  }

  private nextBatch(): Batch {
    const { samples, end } = this.buffer.oldest(this.batchMax);
    return { parts: new Parts(byJob(samples)), end };
  }

  /** Whether to go on with what is left. */
  private async sendPart(batch: Batch, part: readonly OfJob[]): Promise<boolean> {
    const { metrics } = this.options;
    const samples = part.flat();
    try {
      const answer = await this.send(samples);
      metrics.batches.inc({ outcome: 'sent' });
      metrics.samples.inc({ outcome: 'taken' }, answer.taken);
      metrics.samples.inc({ outcome: 'repeated' }, answer.repeated);
      const kept = this.unknown.keep(samples, answer.unknownJobs ?? [], performance.now());
      metrics.samples.inc({ outcome: 'refused' }, sum(Object.values(answer.dropped)) - kept);
      this.succeeded();
      return true;
    } catch (error) {
      if (isRefusal(error)) this.refused(batch, part, error);
      else this.failed(batch, part, error);
      return isRefusal(error);
    }
  }

  private async send(samples: readonly MetricSample[]) {
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

  private refused(batch: Batch, part: readonly OfJob[], error: DreyApiError): void {
    const { metrics, log } = this.options;
    const samples = part.flat();
    if (error.problem.status === 413 && samples.length > 1) {
      this.batchMax = Math.ceil(samples.length / 2);
      this.batch = undefined;
      return;
    }
    metrics.batches.inc({ outcome: 'refused' });
    if (batch.parts.refused(part)) return;
    const jobs = part.flatMap(([first]) => (first ? [first.uid] : []));
    log.warn({ err: error, jobs }, 'the API will not take samples of jobs: they are given up');
    metrics.samples.inc({ outcome: 'refused' }, samples.length);
  }

  private failed(batch: Batch, part: readonly OfJob[], error: unknown): void {
    const { metrics, log } = this.options;
    batch.parts.putBack(part);
    metrics.batches.inc({ outcome: 'failed' });
    if (this.failures === 0) log.warn({ err: error }, 'samples cannot be sent now: they wait');
    this.failures += 1;
  }

  private done({ end }: Batch): void {
    this.batch = undefined;
    this.buffer.forgetUntil(end);
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
