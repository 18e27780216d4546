/**
 * Samples of jobs that the API did not know when they were brought: the record of a new job may be on its way, or has waited for PostgreSQL. They
 * are kept for a short while and brought again; a job that is unknown even then is gone, or another control plane's.
 */
import type { MetricSample } from '../core/metrics/sample.ts';

/** Records are written at once, and tried again every 10 s at least. */
const keptMs = 60_000;

/** Less than a tenth of what may wait to be sent. */
const samplesMax = 10_000;

export class UnknownSamples {
  private readonly againMs: number;
  /** Until when a sample is brought again. */
  private readonly untilMs = new WeakMap<MetricSample, number>();
  private kept: MetricSample[] = [];
  private dueAtMs = Infinity;

  /** @param againMs when they are brought again */
  constructor(againMs: number) {
    this.againMs = againMs;
  }

  /** Keeps the samples of these jobs. @param nowMs by a clock that nobody sets @returns how many it keeps. */
  keep(samples: readonly MetricSample[], uids: readonly string[], nowMs: number): number {
    const unknown = new Set(uids);
    const wanted = samples.filter((sample) => unknown.has(sample.uid) && nowMs < this.until(sample, nowMs));
    const taken = wanted.slice(0, Math.max(0, samplesMax - this.kept.length));
    this.kept.push(...taken);
    if (taken.length > 0) this.dueAtMs = Math.min(this.dueAtMs, nowMs + this.againMs);
    return taken.length;
  }

  /** Hands them out when they are to be brought again. */
  due(nowMs: number): readonly MetricSample[] {
    if (nowMs < this.dueAtMs) return [];
    const samples = this.kept;
    this.kept = [];
    this.dueAtMs = Infinity;
    return samples;
  }

  private until(sample: MetricSample, nowMs: number): number {
    const known = this.untilMs.get(sample);
    if (known !== undefined) return known;
    this.untilMs.set(sample, nowMs + keptMs);
    return nowMs + keptMs;
  }
}
