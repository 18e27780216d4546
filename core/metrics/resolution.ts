/** In which resolution metrics are kept, for how long, and which of them answers a question. */

/** From fine to coarse: as measured, by the minute, by the hour. */
export const resolutions = ['raw', '1m', '1h'] as const;
export type Resolution = (typeof resolutions)[number];

/** For how long each resolution is kept, in milliseconds. */
export type MetricRetention = Readonly<Record<Resolution, number>>;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const retentionDefaults: MetricRetention = { raw: 6 * hour, '1m': 7 * day, '1h': 400 * day };

/** The least step of an answer: nobody measures more often than once a second. */
const resolutionMs: Readonly<Record<Resolution, number>> = { raw: second, '1m': minute, '1h': hour };

/** Steps that people can read off an axis. */
const steps = [1, 2, 5, 10, 15, 30].flatMap((count) => [count * second, count * minute]);
const niceSteps = [...steps, ...[1, 2, 3, 6, 12, 24].map((count) => count * hour)].toSorted((a, b) => a - b);

/** Points of a series unless a step is named: about as many as a chart has room for. */
const pointsWanted = 240;

/** How much later than the request a range may be chosen: what is kept is dropped by the hour. */
const lateMs = minute;

export interface RangeWish {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** Time from one point to the next; without it, one that gives about 240 points. */
  readonly stepMs?: number | undefined;
}

/** What is read: `fromMs` and `toMs` are whole steps since 1970, so that every point covers a whole step. */
export interface ChosenRange extends Required<RangeWish> {
  readonly resolution: Resolution;
  readonly stepMs: number;
}

/**
 * The coarsest resolution that is as fine as the step, of those that are still kept for the whole range: it is the least to
 * read and says the same. Where none that is kept is fine enough, the step becomes that of the finest that is.
 * A range that began to be kept no more since it was asked for still counts as kept.
 */
export function chooseRange(wish: RangeWish, retention: MetricRetention, nowMs: number): ChosenRange {
  const { fromMs, toMs } = wish;
  const wanted = wish.stepMs ?? niceStep((toMs - fromMs) / pointsWanted);
  const kept = resolutions.filter((one) => nowMs - retention[one] <= fromMs + lateMs);
  const resolution = kept.findLast((one) => resolutionMs[one] <= wanted) ?? kept[0] ?? '1h';
  const least = resolutionMs[resolution];
  const stepMs = Math.max(1, Math.ceil(wanted / least)) * least;
  return {
    resolution,
    stepMs,
    fromMs: Math.floor(fromMs / stepMs) * stepMs,
    toMs: Math.ceil(toMs / stepMs) * stepMs,
  };
}

function niceStep(leastMs: number): number {
  return niceSteps.find((step) => step >= leastMs) ?? Math.ceil(leastMs / day) * day;
}
