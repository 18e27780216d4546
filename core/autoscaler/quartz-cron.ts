/**
 * Cron expressions as Quartz reads them, of which croner knows all but three: ranges that go over their end (`SAT-SUN`, `22-4`),
 * steps from a number on (`5/10`), and both in one. They become lists. Source: `org.quartz.CronExpression`.
 */
import { Cron } from 'croner';

interface Field {
  readonly from: number;
  readonly to: number;
  /** Of its values, in order. */
  readonly names?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Second, minute, hour, day, month, day of the week; a seventh would be the year, which has no end. */
const fields: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: months },
  { from: 1, to: 7, names: weekdays },
];

/** Undefined where it is none; its times are UTC. */
export function quartzCron(expression: string): Cron | undefined {
  const texts = expression.trim().split(/\s+/);
  const lists = texts.map((text, at) => {
    const field = fields[at];
    return field
      ? text
          .split(',')
          .map((part) => asList(part, field))
          .join(',')
      : text;
  });
  try {
    // Quartz counts days of the week from 1.
    return new Cron(lists.join(' '), { timezone: 'UTC', mode: '6-or-7-parts', alternativeWeekdays: true });
  } catch {
    return undefined;
  }
}

/** `A-B` with B before A, `A/n`, or `A-B/n`; anything else stays as it is. */
function asList(part: string, field: Field): string {
  const [, first = '', last, step] = /^(\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const [from, to] = [valueOf(first, field), last === undefined ? field.to : valueOf(last, field)];
  const isOfCroner = last === undefined ? step === undefined : (to ?? 0) >= (from ?? 0);
  if (isOfCroner || from === undefined || to === undefined || step === '0') return part;
  const size = field.to - field.from + 1;
  const end = to < from ? to + size : to;
  const each = Number(step ?? 1);
  const count = Math.floor((end - from) / each) + 1;
  return Array.from({ length: count }, (_, at) => field.from + ((from + at * each - field.from) % size)).join(',');
}

/** Undefined where it is none of the field's. */
function valueOf(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named < 0 ? Number(text) : from + named;
  return Number.isInteger(value) && value >= from && value <= to ? value : undefined;
}
