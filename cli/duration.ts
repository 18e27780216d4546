/** Times as people read and write them: kubectl's ages, elapsed times of steps, and durations such as `1h30m`. */
import { isDuration, parseDurationMs } from '../core/spec/duration.ts';
import { usageError } from './errors.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

interface AgeForm {
  readonly under: number;
  readonly unit: number;
  readonly sign: string;
  readonly rest?: { readonly unit: number; readonly sign: string };
}

/** Below `under`, an age shows `unit` and, when there is one, the rest in `rest`: the same steps as kubectl's. */
const ageForms: readonly AgeForm[] = [
  { under: 2 * minute, unit: second, sign: 's' },
  { under: 10 * minute, unit: minute, sign: 'm', rest: { unit: second, sign: 's' } },
  { under: 3 * hour, unit: minute, sign: 'm' },
  { under: 8 * hour, unit: hour, sign: 'h', rest: { unit: minute, sign: 'm' } },
  { under: 2 * day, unit: hour, sign: 'h' },
  { under: 8 * day, unit: day, sign: 'd', rest: { unit: hour, sign: 'h' } },
  { under: 2 * year, unit: day, sign: 'd' },
  { under: 8 * year, unit: year, sign: 'y', rest: { unit: day, sign: 'd' } },
];
const oldest: AgeForm = { under: Infinity, unit: year, sign: 'y' };

/** How long ago `since` (ISO 8601) was, as kubectl's AGE column says it. */
export function ageOf(since: string | undefined, now: number): string {
  const elapsed = since === undefined ? Number.NaN : now - Date.parse(since);
  if (Number.isNaN(elapsed)) return '<unknown>';
  // A server's clock that is a little ahead makes no negative ages.
  const age = Math.max(0, elapsed);
  const form = ageForms.find(({ under }) => age < under) ?? oldest;
  const whole = `${Math.floor(age / form.unit)}${form.sign}`;
  const rest = form.rest === undefined ? 0 : Math.floor((age % form.unit) / form.rest.unit);
  return rest > 0 ? `${whole}${rest}${form.rest?.sign}` : whole;
}

/** The time between two moments, with a tenth of a second below a minute: `0.3s`, `12.4s`, `1m05s`. */
export function elapsedBetween(from: string, to: string | number): string {
  const elapsed = Math.max(0, (typeof to === 'number' ? to : Date.parse(to)) - Date.parse(from));
  if (elapsed < minute - 50) return `${(elapsed / second).toFixed(1)}s`;
  const seconds = Math.round(elapsed / second);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Milliseconds of a duration such as `30s`, `5m` or `1h30m`. */
export function parseDuration(text: string, flag: string): number {
  if (!isDuration(text)) {
    throw usageError(`${flag}: "${text}" is not a duration`, 'Write a number with a unit, such as 30s, 5m or 1h30m.');
  }
  // Timers hold no more than 31 bits of milliseconds: longer ones would fire at once.
  return Math.min(Math.max(1, parseDurationMs(text)), 2 ** 31 - 1);
}
