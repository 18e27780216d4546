/**
 * When the next periodic savepoint is due. Asked in activities only: time zones change with the Node that knows them, and a
 * workflow must come to the same answer years later.
 */
import { Cron } from 'croner';
import type { JobSpec } from './schema/flink-job.ts';
import { parseDurationMs } from './spec/duration.ts';

export type SavepointSettings = JobSpec['savepoints'];
type Schedule = NonNullable<SavepointSettings['schedule']>;

/**
 * The next time after now, in milliseconds since 1970; undefined where there is none.
 * @param sinceMs from when on the periods of `every` are counted: what was left out delays none that comes after it.
 */
export function nextSavepointMs(
  { every, schedule }: Pick<SavepointSettings, 'every' | 'schedule'>,
  sinceMs: number,
  nowMs: number,
): number | undefined {
  if (every !== undefined) {
    const everyMs = parseDurationMs(every);
    return sinceMs + (Math.floor(Math.max(0, nowMs - sinceMs) / everyMs) + 1) * everyMs;
  }
  return schedule && nextOf(schedule, nowMs);
}

/** What is wrong with a schedule, as words behind the field's name. */
export function scheduleProblem(schedule: Schedule): { field: keyof Schedule; message: string } | undefined {
  if (!isTimeZone(schedule.timeZone)) return { field: 'timeZone', message: 'is not a time zone that is known' };
  try {
    // Any moment does: what never comes does not come within the next years either.
    if (nextOf(schedule, Date.UTC(2024, 0, 1)) !== undefined) return undefined;
  } catch {
    return { field: 'cron', message: 'is not a cron expression' };
  }
  return { field: 'cron', message: 'names a time that never comes' };
}

function nextOf({ cron, timeZone }: Schedule, afterMs: number): number | undefined {
  return new Cron(cron, { timezone: timeZone, mode: '5-part' }).nextRun(new Date(afterMs))?.getTime();
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
