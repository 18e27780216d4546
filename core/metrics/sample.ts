/** What is measured of jobs, as agents bring it and as it is kept. */

/** One measured value. */
export interface MetricSample {
  /** The job's. */
  readonly uid: string;
  /** The id of a vertex, or '' for the job as a whole. */
  readonly vertex: string;
  /** Such as `numRecordsInPerSecond`. */
  readonly metric: string;
  /** Milliseconds since 1970, by the clock of who measured. */
  readonly atMs: number;
  readonly value: number;
}

/** A moment in milliseconds since 1970, and the value then. */
export type MetricPoint = readonly [atMs: number, value: number];

/** All that a batch has of one series: names are sent once, not with each value. */
export interface SamplesOfSeries extends Pick<MetricSample, 'uid' | 'vertex' | 'metric'> {
  readonly points: readonly MetricPoint[];
}

/** Values beyond this are not kept: the sum of a roll-up must stay a number. */
export const metricValueMax = 1e300;

/** Whether a value can be kept: NaN and the infinities cannot be added up. */
export function isStorable(value: number): boolean {
  return Math.abs(value) <= metricValueMax;
}

/** Samples by their series, each series once, in the order in which they came. */
export function bySeries(samples: readonly MetricSample[]): SamplesOfSeries[] {
  const found = new Map<string, { uid: string; vertex: string; metric: string; points: MetricPoint[] }>();
  for (const { uid, vertex, metric, atMs, value } of samples) {
    const key = `${uid}\n${vertex}\n${metric}`;
    let series = found.get(key);
    if (!series) found.set(key, (series = { uid, vertex, metric, points: [] }));
    series.points.push([atMs, value]);
  }
  return [...found.values()];
}
