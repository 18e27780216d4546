/**
 * What the operator's algorithm makes of one sample, before any window. Source: `ScalingMetrics` of the Apache operator:
 * values are rounded to three decimals, never to zero.
 */
import { numberOf } from './figure.ts';
import { meanObserved, type EarlierObserved } from './observed-rates.ts';
import type { OperatorOptions } from './options.ts';
import type { Aggregate, JobSample, JobVertex, TaskManagerSample, VertexSample } from './samples.ts';
import { roundHalfUp } from './statistics.ts';

/** Of a vertex; NaN is unknown. */
export interface CollectedVertex {
  /** `LOAD`: share of its time that it is busy. */
  readonly load: number;
  readonly accumulatedBusyMs: number;
  readonly recordsIn: number;
  /** Of sources: what they have read, measured together with `lag`. */
  readonly sourceRecordsIn: number;
  readonly recordsOut: number;
  readonly inPerSecond: number;
  /** Of sources: records that wait; none where Flink does not tell. */
  readonly lag: number;
  /** Share of its time that it is held up by what comes after it. */
  readonly backPressured: number;
  /** Of sources: whether Flink tells how many records wait. */
  readonly lagKnown: boolean;
  /** `OBSERVED_TPR`, of sources: what they read while there was more to read than they could. */
  readonly observedRate: number;
}

/** Of the job as a whole; NaN is unknown. */
export interface CollectedJob {
  readonly slotsUsed: number;
  readonly gcPressure: number;
  readonly heapUsed: number;
  readonly heapUsage: number;
  readonly managedUsed: number;
  readonly metaspaceUsed: number;
}

export interface Collected {
  readonly atMs: number;
  readonly vertices: Readonly<Record<string, CollectedVertex>>;
  readonly job: CollectedJob;
}

const finished: VertexSample = {
  busyMsPerSecond: { min: 0, max: 0, avg: 0, sum: 0 },
  recordsInPerSecond: 0,
  sourceRecordsInPerSecond: 0,
  pendingRecords: 0,
};

/** Nothing is known of before, and nothing of these goes. */
const nothingObserved: EarlierObserved = { stableMs: Infinity, rates: {} };

/** The samples that the algorithm would have kept, as it sees them. Vertices in the plan's order. */
export function collect(
  samples: readonly JobSample[],
  vertices: readonly JobVertex[],
  options: OperatorOptions,
  earlier = nothingObserved,
): readonly Collected[] {
  const kept: Collected[] = [];
  for (const sample of samples.filter((one) => hasWhatIsRequired(one, vertices))) {
    const collected = vertices.map((vertex) => {
      const mean = () => meanObserved(kept, vertex.id, options, earlier);
      return [vertex.id, collectVertex(sample, vertex, options, mean)] as const;
    });
    kept.push({ atMs: sample.atMs, vertices: Object.fromEntries(collected), job: collectJob(sample) });
  }
  return kept;
}

/** Without the busy time of each vertex, and what its sources read, the operator does not take a sample. */
function hasWhatIsRequired(sample: JobSample, vertices: readonly JobVertex[]): boolean {
  return vertices.every((vertex) => {
    if (vertex.finished === true) return true;
    const seen = sample.vertices[vertex.id];
    if (seen?.busyMsPerSecond === undefined) return false;
    return !isSource(vertex) || seen.recordsIn !== undefined || seen.sourceRecordsIn !== undefined;
  });
}

/** Whether it has no inputs. */
export function isSource(vertex: JobVertex): boolean {
  return vertex.inputs.length === 0;
}

function collectVertex(
  { vertices }: JobSample,
  vertex: JobVertex,
  options: OperatorOptions,
  earlier: () => number,
): CollectedVertex {
  const seen = vertex.finished === true ? { ...vertices[vertex.id], ...finished } : (vertices[vertex.id] ?? {});
  const lag = isSource(vertex) ? numberOf(seen.pendingRecords ?? 0) : Number.NaN;
  const raw = {
    load: busyOf(seen, options) / 1000,
    accumulatedBusyMs: numberOf(seen.accumulatedBusyMs),
    recordsIn: recordsInOf(seen, vertex),
    sourceRecordsIn: numberOf(seen.sourceRecordsIn),
    recordsOut: numberOf(seen.recordsOut),
    inPerSecond: isSource(vertex) ? Number.NaN : numberOf(seen.recordsInPerSecond),
    lag,
    backPressured: numberOf(seen.backPressuredMsPerSecond?.avg) / 1000,
    observedRate: isSource(vertex) ? observedRateOf(seen, lag, options, earlier) : Number.NaN,
  };
  return {
    load: rounded(raw.load),
    accumulatedBusyMs: rounded(raw.accumulatedBusyMs),
    recordsIn: rounded(raw.recordsIn),
    sourceRecordsIn: rounded(raw.sourceRecordsIn),
    recordsOut: rounded(raw.recordsOut),
    inPerSecond: rounded(raw.inPerSecond),
    lag: rounded(raw.lag),
    backPressured: rounded(raw.backPressured),
    lagKnown: seen.pendingRecords !== undefined,
    observedRate: rounded(raw.observedRate),
  };
}

const aggregators = { MAX: 'max', AVG: 'avg', MIN: 'min' } as const;

/** NaN where Flink gives no finite number: such a vertex is not scaled. */
function busyOf({ busyMsPerSecond }: VertexSample, { busyAggregator }: OperatorOptions): number {
  const busy = numberOf(busyMsPerSecond?.[aggregators[busyAggregator]]);
  return Number.isFinite(busy) ? Math.max(0, busy) : Number.NaN;
}

/** A source's input is not counted by its task: then what its operator read counts, or else what it sent. */
function recordsInOf(seen: VertexSample, vertex: JobVertex): number {
  const candidates = isSource(vertex)
    ? [seen.recordsIn, seen.sourceRecordsIn, seen.sourceRecordsOut]
    : [seen.recordsIn];
  const known = candidates.filter((value) => value !== undefined).map(numberOf);
  return Math.max(0, known.find((value) => value !== 0) ?? known.at(-1) ?? Number.NaN);
}

/**
 * Rate / (1 − backpressure) while the source catches up (lag of at least `lag-threshold` seconds at its rate); Infinity
 * where nothing comes in; else the mean of earlier observations.
 */
function observedRateOf(seen: VertexSample, lag: number, options: OperatorOptions, earlier: () => number): number {
  const rate = Math.max(0, numberOf(seen.sourceRecordsInPerSecond));
  if (Number.isNaN(rate)) return Number.NaN;
  if (rate === 0) return Infinity;
  const isCatchingUp = lag >= Math.floor(options.observedRateLagThresholdMs / 1000) * rate;
  const backPressured = numberOf(seen.backPressuredMsPerSecond?.avg);
  if (!isCatchingUp || Number.isNaN(backPressured) || backPressured >= 1000) return earlier();
  return rate / (1 - backPressured / 1000);
}

function collectJob({ slotsTotal, slotsAvailable, taskManagers = {} }: JobSample): CollectedJob {
  return {
    slotsUsed: numberOf(slotsTotal) - numberOf(slotsAvailable),
    gcPressure: maxOf(taskManagers, 'gcMsPerSecond') / 1000,
    heapUsed: maxOf(taskManagers, 'heapUsedBytes'),
    heapUsage: maxOf(taskManagers, 'heapUsedBytes') / maxOf(taskManagers, 'heapMaxBytes'),
    managedUsed: maxOf(taskManagers, 'managedUsedBytes'),
    metaspaceUsed: maxOf(taskManagers, 'metaspaceUsedBytes'),
  };
}

function maxOf(seen: TaskManagerSample, metric: Exclude<keyof TaskManagerSample, 'count'>): number {
  const aggregate: Aggregate | undefined = seen[metric];
  return numberOf(aggregate?.max);
}

function rounded(value: number): number {
  const short = roundHalfUp(value);
  return short === 0 ? value : short;
}
