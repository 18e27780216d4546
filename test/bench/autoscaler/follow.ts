/** One run, told line by line: the load, what the job has and would ideally have, and what was decided why. */
import type { Story } from './simulation.ts';

const everyHours = 0.5;

export function followLines({ ticks, rescales, looks }: Story): readonly string[] {
  const lines: (readonly [hour: number, line: string])[] = [];
  let next = 0;
  for (const tick of ticks) {
    if (tick.hour < next) continue;
    next += everyHours;
    const { slots, idealSlots, behindSeconds, recordsPerSecond } = tick;
    const load = `${recordsPerSecond.toFixed(0)}/s`.padStart(9);
    lines.push([tick.hour, `${load}  slots ${slots} (ideal ${idealSlots})  behind ${behindSeconds.toFixed(0)} s`]);
  }
  for (const { hour, from, to, ideal } of rescales) {
    lines.push([hour, `RESCALE ${from.join(',')} → ${to.join(',')} (ideal ${ideal.join(',')})`]);
  }
  let recent: readonly string[] = [];
  for (const { hour, why } of looks) {
    const [code = ''] = why.split(':');
    if (!recent.includes(code)) lines.push([hour, `        ${why}`]);
    // Two reasons that take turns are told once.
    recent = [...recent.filter((each) => each !== code), code].slice(-2);
  }
  return lines.toSorted(([one], [other]) => one - other).map(([hour, line]) => `${clock(hour)}  ${line}`);
}

function clock(hour: number): string {
  const minutes = Math.floor(hour * 60);
  return `${String(Math.floor(minutes / 60)).padStart(3)}:${String(minutes % 60).padStart(2, '0')}`;
}
