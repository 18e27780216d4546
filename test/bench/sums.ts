/** What the benchmarks make of their measurements: percentiles, a line through points, tables. */

/** The value that so many percent of the numbers do not exceed (nearest rank); NaN where there are none. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What grows with x, and what is there at x = 0. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The line with the least squares of distances; NaN where the points have fewer than two different x. */
export function lineThrough(points: readonly Point[]): Line {
  const meanX = mean(points.map(({ x }) => x));
  const meanY = mean(points.map(({ y }) => y));
  const spread = sum(points.map(({ x }) => (x - meanX) ** 2));
  if (!(spread > 0)) return { slope: Number.NaN, intercept: Number.NaN };
  const slope = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
  return { slope, intercept: meanY - slope * meanX };
}

/** What came to `count` in so many milliseconds, as a number an hour. */
export function perHour(count: number, ms: number): number {
  return (count * 3_600_000) / ms;
}

/** Lines of text in columns; the first column is to the left, numbers and the rest to the right. */
export function columns(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? rounded(cell) : cell)));
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const lines = texts.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}

/** As many digits as say something. */
function rounded(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 1 ? 1 : 4);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}
