/** What is measured of jobs, as agents bring it and as it is kept. */

/** One measured value. */
export interface MetricSample {
  /** The job's. */
  readonly uid: string;
  /** The id of a vertex, or '' for the job as a whole. */
  readonly vertex: string;
  /** What Flink calls the vertex. */
  readonly vertexName?: string | undefined;
  /** Such as `numRecordsInPerSecond`. */
  readonly metric: string;
  /** Milliseconds since 1970, by the clock of who measured. */
  readonly atMs: number;
  readonly value: number;
}

/** A moment in milliseconds since 1970, and the value then. */
export type MetricPoint = readonly [atMs: number, value: number];

/** All that a batch has of one series: names are sent once, not with each value. */
export interface SamplesOfSeries extends Pick<MetricSample, 'uid' | 'vertex' | 'vertexName' | 'metric'> {
  readonly points: readonly MetricPoint[];
}

/** The names of chained operators may be endless. */
export const vertexNameMax = 200;

/** The name as it can be kept: PostgreSQL takes no NUL, and nobody knows a vertex by no name. */
export function vertexNameOf(told: string | undefined): string | undefined {
  return told?.replaceAll('\0', '').slice(0, vertexNameMax) || undefined;
}

/** Values beyond this are not kept: the sum of a roll-up must stay a number. */
export const metricValueMax = 1e300;

/** Whether a value can be kept: NaN and the infinities cannot be added up. */
export function isStorable(value: number): boolean {
  return Math.abs(value) <= metricValueMax;
}

/** Samples by their series, each series once, in the order in which they came. */
export function bySeries(samples: readonly MetricSample[]): SamplesOfSeries[] {
  const found = new Map<string, SamplesOfSeries & { points: MetricPoint[] }>();
  for (const { atMs, value, ...named } of samples) {
    const key = `${named.uid}\n${named.vertex}\n${named.metric}`;
    let series = found.get(key);
    if (!series) found.set(key, (series = { ...named, points: [] }));
    series.points.push([atMs, value]);
  }
  return [...found.values()];
}

/** Samples by their jobs, each job once, in the order in which they came. */
export function byJob(samples: readonly MetricSample[]): (readonly MetricSample[])[] {
  const found = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const ofJob = found.get(sample.uid);
    if (ofJob) ofJob.push(sample);
    else found.set(sample.uid, [sample]);
  }
  return [...found.values()];
}
