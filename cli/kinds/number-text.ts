/** Measured numbers as people read them. */

const units = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** With four digits at most, such as `0.125`, `1234`, `12.35k` or `3.4e+21`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e18)) return value.toExponential(2);
  if (size < 10_000) return short(value);
  const step = Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return `${short(value / 1000 ** step)}${units[step] ?? ''}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
