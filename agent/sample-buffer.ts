/** Samples that wait to be sent: a queue that lets its oldest go when it is full. */
import type { MetricSample } from '../core/metrics/sample.ts';

/** Some of the oldest samples, and where they end: what is forgotten up to there is these, whatever was dropped since. */
interface OldestSamples {
  readonly samples: readonly MetricSample[];
  readonly end: number;
}

export class SampleBuffer {
  private readonly samplesMax: number;
  private items: (MetricSample | undefined)[] = [];
  /** Where the oldest is in `items`. */
  private start = 0;
  /** How many samples came before the oldest one, ever. */
  private passed = 0;

  constructor(samplesMax: number) {
    this.samplesMax = samplesMax;
  }

  get size(): number {
    return this.items.length - this.start;
  }

  /** Where the oldest sample begins, and the newest ends: both only grow. */
  get begin(): number {
    return this.passed;
  }

  get end(): number {
    return this.passed + this.size;
  }

  /** False when the oldest sample had to go for this one. */
  add(sample: MetricSample): boolean {
    this.items.push(sample);
    if (this.size <= this.samplesMax) return true;
    this.forget(1);
    return false;
  }

  /** The oldest samples, which stay. */
  oldest(count: number): OldestSamples {
    const samples = this.items.slice(this.start, this.start + count).filter((sample) => sample !== undefined);
    return { samples, end: this.passed + samples.length };
  }

  /** Lets go of samples up to this end; those that are gone already do not count. */
  forgetUntil(end: number): void {
    this.forget(Math.max(0, end - this.passed));
  }

  private forget(count: number): void {
    this.items.fill(undefined, this.start, this.start + count);
    this.start += count;
    this.passed += count;
    // Moving all of them for each one would be slow: they are moved when half of the place is empty.
    if (this.start < 1_024 || this.start * 2 < this.items.length) return;
    this.items = this.items.slice(this.start);
    this.start = 0;
  }
}
