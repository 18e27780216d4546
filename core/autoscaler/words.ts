/** How figures are written in sentences of the autoscaler. */

/** A rate, such as `1234.5/s`. */
export function perSecond(rate: number): string {
  return `${short(rate)}/s`;
}

/** A share, such as `85 %`. */
export function percent(share: number): string {
  return `${short(share * 100)} %`;
}

/** A span of time, in the unit in which it is short. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${short(ms / 1000)} s`;
  return ms < 7_200_000 ? `${short(ms / 60_000)} min` : `${short(ms / 3_600_000)} h`;
}

/** A number with at most three significant decimals. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'unknown' : 'unlimited';
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
