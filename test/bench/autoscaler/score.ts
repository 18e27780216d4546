/** What a run is judged by. */
import { lateSecondsOf, type Scenario } from './scenario.ts';
import { stepSeconds } from './metrics.ts';
import type { Rescale, Story } from './simulation.ts';

export interface Score {
  /** Rescales that were asked for. */
  readonly reconfigurations: number;
  /** Hours in which the oldest waiting record had waited longer than the scenario's limit. */
  readonly lateHours: number;
  /** The longest that any record had to wait, in minutes. */
  readonly worstMinutes: number;
  /** Of the usual TaskManagers; others count by their price. */
  readonly slotHours: number;
  /** Slot-hours of the ideal, which knows the load and needs no time to change. */
  readonly idealSlotHours: number;
  /** Slot-hours in excess of the ideal, moment by moment. */
  readonly slotHoursOver: number;
  /** Rescales from a jump of the load to the next one, on average; null without jumps. */
  readonly stepsToSettle: number | null;
  /** From a jump to the last rescale before the next one, on average, in hours; null without jumps. */
  readonly hoursToSettle: number | null;
  /** How far above the ideal a scale-up went at most after a jump (0.5: half as much again), on average. */
  readonly overshoot: number | null;
  /** Rescales that turn back one of the last two hours, without the ideal having turned. */
  readonly flaps: number;
  /** In scenarios of steady load: rescales after two quiet hours; null elsewhere. */
  readonly unsettled: number | null;
}

/** After this long without a rescale, a job under steady load has settled; and one turns back no older rescale. */
const quietHours = 2;

export function scoreOf(scenario: Scenario, story: Story): Score {
  const stepHours = stepSeconds / 3_600;
  const late = lateSecondsOf(scenario);
  const totals = { late: 0, worst: 0, slots: 0, ideal: 0, over: 0 };
  for (const { behindSeconds, slots, price, idealSlots } of story.ticks) {
    if (behindSeconds > late) totals.late += stepHours;
    totals.worst = Math.max(totals.worst, behindSeconds);
    totals.slots += slots * price * stepHours;
    totals.ideal += idealSlots * stepHours;
    totals.over += Math.max(0, slots * price - idealSlots) * stepHours;
  }
  const settling = afterJumps(scenario, story);
  return {
    reconfigurations: story.rescales.length,
    lateHours: totals.late,
    worstMinutes: totals.worst / 60,
    slotHours: totals.slots,
    idealSlotHours: totals.ideal,
    slotHoursOver: totals.over,
    stepsToSettle: mean(settling.map(({ steps }) => steps)),
    hoursToSettle: mean(settling.map(({ hours }) => hours)),
    overshoot: mean(settling.map(({ overshoot }) => overshoot)),
    flaps: flapsIn(story.rescales),
    unsettled: scenario.steady ? unsettledIn(story.rescales) : null,
  };
}

/** What followed each jump of the load, until the next one. */
function afterJumps({ changes, hours: end }: Scenario, { rescales, ticks }: Story) {
  return changes.map((hour, at) => {
    const next = changes[at + 1] ?? end;
    const during = rescales.filter((each) => each.hour >= hour && each.hour < next);
    const window = ticks.filter((tick) => tick.hour >= hour && tick.hour < next);
    const ideal = window.at(-1)?.idealSlots ?? 1;
    const firstUp = during.find(({ from, to }) => to.some((each, vertex) => each > (from[vertex] ?? 0)));
    const peak = firstUp
      ? window.reduce((most, tick) => (tick.hour > firstUp.hour ? Math.max(most, tick.slots) : most), 0)
      : 0;
    return {
      steps: during.length,
      hours: (during.at(-1)?.hour ?? hour) - hour,
      overshoot: Math.max(0, peak / ideal - 1),
    };
  });
}

/** For each rescale: does it turn a vertex back that was turned within the last two hours, though its ideal did not? */
function flapsIn(rescales: readonly Rescale[]): number {
  return rescales.filter((rescale, at) => {
    const recent = rescales.slice(0, at).filter(({ hour }) => rescale.hour - hour <= quietHours);
    return rescale.to.some((_, vertex) => {
      const before = recent.findLast((each) => turn(each, vertex) !== 0);
      if (!before || turn(rescale, vertex) !== -turn(before, vertex)) return false;
      const moved = Math.sign((rescale.ideal[vertex] ?? 0) - (before.ideal[vertex] ?? 0));
      return turn(rescale, vertex) !== 0 && moved !== turn(rescale, vertex);
    });
  }).length;
}

const turn = ({ from, to }: Rescale, vertex: number) => Math.sign((to[vertex] ?? 0) - (from[vertex] ?? 0));

function unsettledIn(rescales: readonly Rescale[]): number {
  const times = [0, ...rescales.map(({ hour }) => hour)];
  const settled = times.findIndex((hour, at) => (times[at + 1] ?? hour) - hour > quietHours);
  return settled === -1 ? 0 : rescales.length - settled;
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
