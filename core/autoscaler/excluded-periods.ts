/**
 * `job.autoscaler.excluded.periods`: Quartz cron expressions (six fields, and perhaps a year; 1 is Sunday), daily times `HH:mm[:ss]-HH:mm[:ss]`,
 * or one of each joined by `&&`. Source: `CalendarUtils` of the operator, which reads them in its own time zone; here, UTC.
 */
import { quartzCron } from './quartz-cron.ts';

const timeOfDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** Whether nothing may be scaled at this time. */
export function isExcluded(periods: readonly string[], nowMs: number): boolean {
  return periods.some((period) => partsOf(period).every((part) => isIn(part, nowMs)));
}

/** What is wrong with a period; undefined where nothing is. */
export function periodProblem(period: string): string | undefined {
  const parts = partsOf(period);
  if (!parts.every((part) => dailyOf(part) !== undefined || quartzCron(part) !== undefined))
    return `'${period}' is neither a daily time such as 09:00:00-11:30:00 nor a Quartz cron expression`;
  const daily = parts.filter((part) => dailyOf(part) !== undefined).length;
  return parts.length === 1 || (parts.length === 2 && daily === 1)
    ? undefined
    : `'${period}' may join one daily time and one cron expression`;
}

function partsOf(period: string): string[] {
  return period.split('&&').map((part) => part.trim());
}

function isIn(part: string, nowMs: number): boolean {
  const daily = dailyOf(part);
  if (daily === undefined) return quartzCron(part)?.match(new Date(nowMs)) ?? false;
  const sinceMidnightMs = nowMs % 86_400_000;
  return sinceMidnightMs >= daily.fromMs && sinceMidnightMs <= daily.toMs;
}

function dailyOf(part: string): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [from = '', to = '', ...rest] = part.split('-');
  const fromMs = msOf(from.trim());
  const toMs = msOf(to.trim());
  return rest.length > 0 || fromMs === undefined || toMs === undefined || toMs <= fromMs ? undefined : { fromMs, toMs };
}

function msOf(text: string): number | undefined {
  const [, hours, minutes, seconds = '0'] = timeOfDay.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
