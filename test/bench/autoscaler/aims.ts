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

/** What a run was made of. */
interface RunOf {
  /** No scenario was left out. */
  readonly isOnAll: boolean;
  /** Features that `drey` was run without. */
  readonly without: readonly string[];
}

/** Whether the command fails: aims are of `drey` as it is, on all scenarios. Of anything less they are told, and demand nothing. */
export function failsBy(aims: readonly Aim[], { isOnAll, without }: RunOf): boolean {
  return isOnAll && without.length === 0 && aims.some(({ met }) => !met);
}

function aim(about: string, most: number, is: number): Aim {
  return { about, most, is, met: is <= most };
}
