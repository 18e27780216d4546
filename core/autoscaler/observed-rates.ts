/**
 * `OBSERVED_TPR` from sample to sample: the operator's history holds what it observed, and where it observes nothing it writes the mean of
 * that history anew, so that it is carried on as long as the job runs. Source: `ScalingMetricCollector.updateMetrics`, `observedTprAvg`.
 */
import type { Collected } from './collected.ts';
import { figureOf, numberOf } from './figure.ts';
import type { EngineMemory, ObservedRates } from './memory.ts';
import type { OperatorOptions } from './options.ts';
import { averageOf } from './statistics.ts';

/** What was there before the samples at hand, and when the operator's window begins. */
export interface EarlierObserved {
  readonly stableMs: number;
  readonly rates: ObservedRates['rates'];
}

/** The mean of what was observed before the next sample; NaN where that is not known. */
export function meanObserved(
  before: readonly Collected[],
  id: string,
  options: OperatorOptions,
  { stableMs, rates }: EarlierObserved,
): number {
  const values = historyAfter(before, options.windowMs, stableMs).map(
    (one) => one.vertices[id]?.observedRate ?? Number.NaN,
  );
  const mean = averageOf(values, options.observedRateMinObservations);
  return Number.isNaN(mean) ? numberOf(rates[id]) : mean;
}

/** The history as the newest of these samples has left it: when a window is full, what is older than it goes. */
function historyAfter(collected: readonly Collected[], windowMs: number, stableMs: number): readonly Collected[] {
  const fromMs = (collected.at(-1)?.atMs ?? 0) - windowMs;
  const first = collected.find(({ atMs }) => atMs >= stableMs);
  return first !== undefined && first.atMs <= fromMs ? collected.filter(({ atMs }) => atMs >= fromMs) : collected;
}

/** What is remembered of before these samples of the same run. */
export function ratesBefore(
  { observed }: EngineMemory,
  runningSinceMs: number,
  firstMs: number,
): ObservedRates['rates'] {
  return observed?.runningSinceMs === runningSinceMs && observed.atMs < firstMs ? observed.rates : {};
}

/** With what the oldest of the samples shows: the next decision may not have it any more. */
export function withObserved(
  memory: EngineMemory,
  [oldest]: readonly Collected[],
  runningSinceMs: number,
): EngineMemory {
  if (oldest === undefined) return memory;
  const { observed: _before, ...others } = memory;
  const known = Object.entries(oldest.vertices).filter(([, { observedRate }]) => !Number.isNaN(observedRate));
  if (known.length === 0) return others;
  const rates = Object.fromEntries(known.map(([id, { observedRate }]) => [id, figureOf(observedRate)]));
  return { ...others, observed: { atMs: oldest.atMs, runningSinceMs, rates } };
}
