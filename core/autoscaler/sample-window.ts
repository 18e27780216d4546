/**
 * Which samples a decision may rest on. Source: `ScalingMetricCollector.updateMetrics` of the Apache operator: samples
 * count from the moment on that the job runs, the window from when it has stabilised.
 */
import type { Collected } from './collected.ts';
import type { OperatorOptions } from './options.ts';

export type SampleWindow =
  | { readonly state: 'stabilizing'; readonly untilMs: number }
  | { readonly state: 'filling'; readonly untilMs: number; readonly history: readonly Collected[] }
  | { readonly state: 'full'; readonly history: readonly Collected[] };

/** How long samples have to be kept for a decision: the window, and as much again for what comes before it is full. */
export function keepSamplesMs({ windowMs, stabilizationMs }: OperatorOptions): number {
  return 2 * windowMs + stabilizationMs;
}

/** The window at a moment. `since` is when the job's tasks began to run: what was before is not looked at. */
export function windowAt(
  collected: readonly Collected[],
  since: { readonly runningMs: number; readonly nowMs: number },
  { windowMs, stabilizationMs }: OperatorOptions,
): SampleWindow {
  const stableMs = since.runningMs + stabilizationMs;
  if (since.nowMs < stableMs) return { state: 'stabilizing', untilMs: stableMs };
  const history = collected.filter(({ atMs }) => atMs >= since.runningMs);
  const first = history.find(({ atMs }) => atMs >= stableMs);
  const untilMs = (first?.atMs ?? since.nowMs) + windowMs;
  if (since.nowMs < untilMs) return { state: 'filling', untilMs, history };
  return { state: 'full', history: history.filter(({ atMs }) => atMs >= since.nowMs - windowMs) };
}
