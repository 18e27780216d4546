/** Numbers among the options of a benchmark's command. */

/**
 * @param option its name, for the message.
 * @param whole whether parts of one are none.
 * @throws Error where it is no number, or less than 0: every comparison with it would be false, and the benchmark measure nothing.
 */
export function numberSaid(option: string, said: string, whole = true): number {
  const number = said.trim() === '' ? Number.NaN : Number(said);
  if (Number.isFinite(number) && number >= 0 && (!whole || Number.isInteger(number))) return number;
  throw new Error(`--${option} ${said}: give ${whole ? 'a whole number' : 'a number'} of 0 or more`);
}

/** Several with commas between them. */
export function numbersSaid(option: string, said: string): readonly number[] {
  return said.split(',').map((each) => numberSaid(option, each));
}
