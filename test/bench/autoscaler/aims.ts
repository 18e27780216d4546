/** What `drey` is to be better in than the operator's autoscaler, over all scenarios. */
import type { Totals } from './totals.ts';

export interface Aim {
  readonly about: string;
  readonly most: number;
  readonly is: number;
  readonly met: boolean;
}

/** @param ours totals of `drey`. @param theirs totals of `flink-operator-main`, over the same scenarios. */
export function aimsOf(ours: Totals, theirs: Totals): readonly Aim[] {
  return [
    aim('reconfigurations: half, or fewer', theirs.reconfigurations / 2, ours.reconfigurations),
    aim('hours late: half, or fewer', theirs.lateHours / 2, ours.lateHours),
    aim('slot-hours: no more', theirs.slotHours, ours.slotHours),
    aim('rescales under steady load once settled: none', 0, ours.unsettled),
  ];
}

function aim(about: string, most: number, is: number): Aim {
  return { about, most, is, met: is <= most };
}
