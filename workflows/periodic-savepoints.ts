/** When the next periodic savepoint of a job is due: planned in a local activity, so that its answer is in the history. */
import { condition, patched, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import type { JobState } from '../core/job-state.ts';
import { isPeriodic } from '../core/periodic.ts';

const { planSavepoint } = proxyLocalActivities<Pick<ControlActivities, 'planSavepoint'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
});

/**
 * Waits until `isWoken`, or until the time of a periodic savepoint. @returns whether that came first. A job that has none
 * waits without a timer, and so costs nothing.
 */
export async function isTimeForSavepoint(
  state: JobState | undefined,
  isWoken: () => boolean,
  publish: () => void,
): Promise<boolean> {
  const nextAt =
    state && !isWoken() && isPeriodic(state) && patched('periodic-savepoints') && (await plan(state, publish));
  if (!state || !nextAt) {
    await condition(isWoken);
    return false;
  }
  const leftMs = Math.max(0, Date.parse(nextAt) - Date.now());
  if (await condition(isWoken, leftMs, { summary: 'The next periodic savepoint' })) return false;
  // The one after it is planned when the job is idle again: what comes due meanwhile is left out.
  state.periodic = state.periodic && { ...state.periodic, nextAt: undefined };
  return true;
}

/** Plans the next one where none is planned, where its time has passed, or where the spec says something else now. */
async function plan(state: JobState, publish: () => void): Promise<string | undefined> {
  const { every, schedule } = state.revision.spec.spec.savepoints;
  const settings = JSON.stringify([every, schedule]);
  const now = new Date();
  const known = state.periodic?.settings === settings ? state.periodic : undefined;
  if (known?.nextAt !== undefined && Date.parse(known.nextAt) > now.getTime()) return known.nextAt;
  const since = known?.since ?? now.toISOString();
  const { nextAt } = await planSavepoint({ every, schedule, since, now: now.toISOString() });
  state.periodic = { settings, since, nextAt };
  publish();
  return nextAt;
}
