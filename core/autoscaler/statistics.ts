/** Rates and averages over a window. Source: `ScalingMetricEvaluator.getRate` and `getAverage` of the Apache operator. */

/** A value at a moment; NaN where it was not known. */
export interface Observation {
  readonly atMs: number;
  readonly value: number;
}

/** How fast a counter grew, a second: (last − first) / time between, over what is known; NaN with fewer than two values. */
export function rateOf(series: readonly Observation[]): number {
  const known = series.filter(({ value }) => !Number.isNaN(value));
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined || first === last) return Number.NaN;
  return (1000 * (last.value - first.value)) / Math.max(last.atMs - first.atMs, 1);
}

/**
 * The mean of what is finite; Infinity where nothing is finite but something infinite; NaN where nothing is known, or less
 * than `least` values are.
 */
export function averageOf(values: readonly number[], least = 1): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const finite = known.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return known.length > 0 ? Infinity : Number.NaN;
  return finite.length < least ? Number.NaN : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** To three decimals, halves away from zero, judged by the decimal text of the number as Java's BigDecimal does. */
export function roundHalfUp(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  const scaled = Math.abs(value) * 1000;
  // The text is only asked where it may decide: it is a hundred times as slow.
  const isNearHalf = Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-4;
  const rounded = Math.round(isNearHalf ? shifted(Math.abs(value), 3) : scaled);
  return (Math.sign(value) * rounded) / 1000;
}

/** To so many decimals, upwards, judged by the decimal text. */
export function roundUp(value: number, decimals: number): number {
  return Math.ceil(shifted(value, decimals)) / 10 ** decimals;
}

/** Times a power of ten, exactly. Numbers that are written with an exponent have no decimals left, or no others. */
function shifted(value: number, decimals: number): number {
  const text = String(value);
  return text.includes('e') ? value * 10 ** decimals : Number(`${text}e${decimals}`);
}
