/** Durations as Flink reads them: `15 s`, `2min`, `60000`. Source: `org.apache.flink.util.TimeUtils`, 1.20 to 2.3. */

const unitsMs: readonly (readonly [labels: readonly string[], ms: number])[] = [
  [['d', 'day', 'days'], 86_400_000],
  [['h', 'hour', 'hours'], 3_600_000],
  [['m', 'min', 'minute', 'minutes'], 60_000],
  [['s', 'sec', 'secs', 'second', 'seconds'], 1_000],
  [['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds'], 1],
];

/** The duration in milliseconds; undefined where it is none, or in a unit below a millisecond. */
export function flinkDurationMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)\s*([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  const known = unitsMs.find(([labels]) => labels.includes(unit ?? ''));
  return digits === undefined || known === undefined ? undefined : Number(digits) * known[1];
}
