/** How an upgrade goes: as the spec wants it, or as it can be had. */
import type { FlinkJob, JobSpec } from '../schema/flink-job.ts';

export type Strategy = NonNullable<JobSpec['upgrade']['strategy']>;

/** The strategy, and what its reader should know of it beforehand. */
export function strategyOf(previous: FlinkJob, next: FlinkJob): { strategy: Strategy; notes: readonly string[] } {
  const wanted = wantedBy(next);
  if (wanted === 'blueGreen') return { strategy: wanted, notes: [atLeastOnce] };
  const isApplication = [previous, next].some(({ spec }) => spec.mode === 'application');
  return wanted === 'warm' && isApplication
    ? { strategy: 'recreate', notes: [notWarm] }
    : { strategy: wanted, notes: [] };
}

function wantedBy({ spec: { mode, upgrade } }: FlinkJob): Strategy {
  return upgrade.strategy ?? (mode === 'dedicated' ? 'warm' : 'recreate');
}

const atLeastOnce =
  'Both revisions run until the new one is promoted or discarded: what both of them write is written twice.';

const notWarm =
  "`warm` becomes `recreate`: an application's JobManager runs the job as it starts and ends with it, so it stands by neither for the upgrade nor for a way back.";
