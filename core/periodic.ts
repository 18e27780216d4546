/** Whether savepoints are taken of a job by time. */
import { runs } from './job.ts';
import type { JobState } from './job-state.ts';

/** As it is now: not while it is changed or stands still. */
export function isPeriodic({ phase, revision }: Pick<JobState, 'phase' | 'revision'>): boolean {
  const { every, schedule } = revision.spec.spec.savepoints;
  return runs(phase) && (every !== undefined || schedule !== undefined);
}

/** When the next one is due, as far as it is planned. */
export function nextSavepointAt(state: Pick<JobState, 'phase' | 'revision' | 'periodic'>): string | undefined {
  return isPeriodic(state) ? state.periodic?.nextAt : undefined;
}
