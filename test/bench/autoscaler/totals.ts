/** Scores of one profile over all scenarios. */
import type { Score } from './score.ts';

export interface Totals {
  readonly reconfigurations: number;
  readonly lateHours: number;
  readonly slotHours: number;
  readonly idealSlotHours: number;
  readonly slotHoursOver: number;
  readonly flaps: number;
  /** Rescales under steady load after it had settled. */
  readonly unsettled: number;
  /** Over the scenarios that have jumps. */
  readonly stepsToSettle: number;
  readonly hoursToSettle: number;
  readonly overshoot: number;
}

/** Sums; of what is an average in each scenario, the average. */
export function totalsOf(scores: readonly Score[]): Totals {
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const mean = (of: (score: Score) => number | null) => {
    const known = scores.map(of).filter((value) => value !== null);
    return known.reduce((total, value) => total + value, 0) / Math.max(1, known.length);
  };
  return {
    reconfigurations: sum(({ reconfigurations }) => reconfigurations),
    lateHours: sum(({ lateHours }) => lateHours),
    slotHours: sum(({ slotHours }) => slotHours),
    idealSlotHours: sum(({ idealSlotHours }) => idealSlotHours),
    slotHoursOver: sum(({ slotHoursOver }) => slotHoursOver),
    flaps: sum(({ flaps }) => flaps),
    unsettled: sum(({ unsettled }) => unsettled ?? 0),
    stepsToSettle: mean(({ stepsToSettle }) => stepsToSettle),
    hoursToSettle: mean(({ hoursToSettle }) => hoursToSettle),
    overshoot: mean(({ overshoot }) => overshoot),
  };
}
