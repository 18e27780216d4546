/** Durations as people write them: `30s`, `5m`, `1h30m`, `500ms`. Units go from large to small, each at most once. */

/** What a duration looks like; the lookahead refuses the empty string. */
export const durationPattern = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

const unitsMs = [86_400_000, 3_600_000, 60_000, 1_000, 1] as const;

/** Whether the text is a duration. */
export function isDuration(text: string): boolean {
  return durationPattern.test(text);
}

/** The duration in milliseconds. Throws on text that is no duration: specs are checked before this is called. */
export function parseDurationMs(text: string): number {
  const match = durationPattern.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a duration such as 30s, 5m, 1h30m or 500ms`);
  return unitsMs.reduce((sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
}
