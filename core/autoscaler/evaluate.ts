/** What the window says of each vertex. Source: `ScalingMetricEvaluator` of the operator; main and 1.15 differ in one rate. */
import { isSource, type Collected } from './collected.ts';
import { counterRate, outputRatio } from './edges.ts';
import type { OperatorOptions } from './options.ts';
import type { JobVertex } from './samples.ts';
import { averageOf } from './statistics.ts';
import { thresholdsFor, type Demand, type Thresholds } from './target-capacity.ts';

/** One vertex over the window: records a second; NaN is unknown. */
export interface Evaluated extends Demand, Thresholds {
  readonly vertex: JobVertex;
  readonly inputRate: number;
  /** `LOAD`: share of the time that it was busy. */
  readonly load: number;
  /** `TRUE_PROCESSING_RATE`: what it could process were it always busy. */
  readonly trueRate: number;
  /** Records that wait, of sources. */
  readonly lag: number;
  /** Its busy time was no number in the newest sample. */
  readonly withoutBusyTime: boolean;
}

export interface EvaluatedWindow {
  readonly vertices: readonly Evaluated[];
  readonly isBacklog: boolean;
}

export interface EvaluationRules {
  /** Main, with MAX and MIN: the rate is the mean of the gauge as the busy time is, not the counter's growth (FLINK-39306). */
  readonly rateFromGauge: boolean;
}

/** Evaluates a window of at least two samples; undefined where what the sources take in is not known. */
export function evaluate(
  vertices: readonly JobVertex[],
  history: readonly Collected[],
  restartMs: number,
  options: OperatorOptions,
  rules: EvaluationRules,
): EvaluatedWindow | undefined {
  const isBacklog = vertices.some((vertex) => isSource(vertex) && hasBacklog(vertex, history, options));
  const done: Evaluated[] = [];
  for (const vertex of vertices) {
    const demand = isSource(vertex)
      ? sourceDemand(vertex, history, options)
      : passedOn(vertex, vertices, history, done);
    if (isSource(vertex) && Number.isNaN(demand.targetRate)) return undefined;
    done.push({
      vertex,
      ...demand,
      ...thresholdsFor(demand, isBacklog, restartMs, options),
      inputRate: counterRate(history, vertex.id, 'recordsIn'),
      load: busyShare(vertex, history, options),
      trueRate: trueRate(vertex, history, options, rules),
      lag: lastOf(history, vertex.id, 'lag'),
      withoutBusyTime: Number.isNaN(lastOf(history, vertex.id, 'load')),
    });
  }
  return { vertices: done, isBacklog };
}

function lastOf(history: readonly Collected[], id: string, metric: 'lag' | 'load'): number {
  return history.at(-1)?.vertices[id]?.[metric] ?? Number.NaN;
}

/** Whether it would take longer than the threshold to read what waits. */
function hasBacklog({ id }: JobVertex, history: readonly Collected[], options: OperatorOptions): boolean {
  const lag = lastOf(history, id, 'lag');
  return lag / counterRate(history, id, 'recordsIn') > Math.floor(options.backlogLagThresholdMs / 1000);
}

/** What comes in is what is read and what is added to the lag. */
function sourceDemand({ id }: JobVertex, history: readonly Collected[], { catchUpMs }: OperatorOptions): Demand {
  const targetRate = Math.max(0, counterRate(history, id, 'recordsIn') + counterRate(history, id, 'lag'));
  const catchUpS = Math.floor(catchUpMs / 1000);
  return { targetRate, catchUpRate: catchUpS === 0 ? 0 : lastOf(history, id, 'lag') / catchUpS };
}

/** What its inputs shall process, times what they send for each record. */
function passedOn(
  vertex: JobVertex,
  vertices: readonly JobVertex[],
  history: readonly Collected[],
  done: readonly Evaluated[],
): Demand {
  const inputs = done.filter((one) => vertex.inputs.some(({ id }) => id === one.vertex.id));
  const ratios = inputs.map((one) => outputRatio(one.vertex, vertex, vertices, history));
  const sum = (pick: (one: Evaluated) => number) =>
    inputs.reduce((total, one, index) => total + pick(one) * (ratios[index] ?? 0), 0);
  return { targetRate: sum((one) => one.targetRate), catchUpRate: sum((one) => one.catchUpRate) };
}

/** Share of the time, by the counter for AVG (it is the exactest there), else by the samples. */
function busyShare({ id, parallelism }: JobVertex, history: readonly Collected[], options: OperatorOptions): number {
  if (options.busyAggregator === 'AVG') return counterRate(history, id, 'accumulatedBusyMs') / parallelism / 1000;
  return averageOf(history.map((one) => one.vertices[id]?.load ?? Number.NaN));
}

/**
 * rate / busy share, or what was observed while catching up, where that is known and the first is not or is larger by
 * more than the threshold.
 */
function trueRate(
  vertex: JobVertex,
  history: readonly Collected[],
  options: OperatorOptions,
  rules: EvaluationRules,
): number {
  const observed = averageOf(
    history.map((one) => one.vertices[vertex.id]?.observedRate ?? Number.NaN),
    options.observedRateMinObservations,
  );
  const rate = processedRate(vertex, history, options, rules);
  return chooseTrueRate(rate, busyShare(vertex, history, options) * 1000, observed, options);
}

/** @param busyMs of each second */
export function chooseTrueRate(
  rate: number,
  busyMs: number,
  observed: number,
  { observedRateSwitchThreshold: threshold }: Pick<OperatorOptions, 'observedRateSwitchThreshold'>,
): number {
  const byBusyTime = rate === 0 ? Infinity : rate / (busyMs / 1000);
  if (Number.isNaN(observed)) return byBusyTime;
  return !Number.isFinite(byBusyTime) || byBusyTime > observed * (1 + threshold) ? observed : byBusyTime;
}

function processedRate(
  { id }: JobVertex,
  history: readonly Collected[],
  { busyAggregator }: OperatorOptions,
  { rateFromGauge }: EvaluationRules,
): number {
  const counted = counterRate(history, id, 'recordsIn');
  if (!rateFromGauge || busyAggregator === 'AVG') return counted;
  const gauge = averageOf(history.map((one) => one.vertices[id]?.inPerSecond ?? Number.NaN));
  return Number.isFinite(gauge) ? gauge : counted;
}
