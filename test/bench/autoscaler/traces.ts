/** Loads over time: records per second at each hour since the beginning, chance aside. */

export type Trace = (hour: number) => number;

export const constant =
  (rate: number): Trace =>
  () =>
    rate;

/** Another rate from each of these hours on; the first from the beginning. */
export function steps(...levels: readonly (readonly [fromHour: number, rate: number])[]): Trace {
  return (hour) => (levels.findLast(([from]) => from <= hour) ?? levels[0])?.[1] ?? 0;
}

/** Evenly from one rate to another between two hours. */
export function ramp(from: number, to: number, startHour: number, endHour: number): Trace {
  return (hour) => from + (to - from) * Math.min(1, Math.max(0, (hour - startHour) / (endHour - startHour)));
}

/** A day's wave: least at `lowHour`, most twelve hours later. */
export function daily(low: number, high: number, lowHour = 4): Trace {
  return (hour) => (low + high) / 2 - ((high - low) / 2) * Math.cos(((hour - lowHour) / 12) * Math.PI);
}

/** Business hours: quiet at night, a rise from 7 to 9, a dip at noon, a fall from 17 to 20; the weekend at a third. */
export function businessDays(night: number, day: number): Trace {
  return (hour) => {
    const weekend = Math.floor(hour / 24) % 7 >= 5 ? 1 / 3 : 1;
    return night + (day - night) * weekend * business(hour % 24);
  };
}

function business(hour: number): number {
  const rise = Math.min(1, Math.max(0, (hour - 7) / 2));
  const fall = Math.min(1, Math.max(0, (20 - hour) / 3));
  const noon = 1 - 0.25 * Math.max(0, 1 - Math.abs(hour - 12.5));
  return Math.min(rise, fall) * noon;
}

/** A higher rate for some minutes at each of these hours. */
export function spikes(base: number, high: number, minutes: number, hours: readonly number[]): Trace {
  return (hour) => (hours.some((at) => hour >= at && hour < at + minutes / 60) ? high : base);
}

/** So long on, so long off, over and over. */
export function onOff(on: number, off: number, onMinutes: number, offMinutes: number): Trace {
  return (hour) => ((hour * 60) % (onMinutes + offMinutes) < onMinutes ? on : off);
}

/** One trace times another, which is a factor. */
export const times =
  (trace: Trace, factor: Trace): Trace =>
  (hour) =>
    trace(hour) * factor(hour);
