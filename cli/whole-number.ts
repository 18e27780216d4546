/** A number that a flag gives. */
import { usageError } from './errors.ts';

/** @throws CliError for anything but a whole number above 0. */
export function wholeNumber(text: string | undefined, flag: string): number {
  const value = Number(text);
  if (text !== undefined && Number.isSafeInteger(value) && value > 0) return value;
  throw usageError(`${flag} must be a whole number above 0`);
}
