/** Times that come again, in a time zone. Pure but for the zones' rules, which Node brings: ask in activities, not in workflows. */
import { Cron } from 'croner';
import type { RecurringWindow } from './policy.ts';

/** Whether the window has begun and not ended. */
export function isWithinWindow({ cron, timeZone, lastsMs }: RecurringWindow, nowMs: number): boolean {
  const began = new Cron(cron, { timezone: timeZone, mode: '5-part' }).nextRun(new Date(nowMs - lastsMs));
  return began !== null && began.getTime() <= nowMs;
}

/** The first of the windows in which the time lies. */
export function currentWindow<W extends RecurringWindow>(windows: readonly W[], nowMs: number): W | undefined {
  return windows.find((window) => isWithinWindow(window, nowMs));
}
