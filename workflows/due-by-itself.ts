/**
 * What a job does by itself when its time has come. When a periodic savepoint is due is planned in a local activity, so that
 * its answer is in the history.
 */
import { condition, patched, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { candidateDue } from '../core/candidate.ts';
import type { CandidateVerdict } from '../core/job.ts';
import type { JobState } from '../core/job-state.ts';
import { isPeriodic } from '../core/periodic.ts';

const { planSavepoint } = proxyLocalActivities<Pick<ControlActivities, 'planSavepoint'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
});

/** What a job begins by itself. */
export type DueOperation = 'savepoint' | 'recover' | 'revive' | CandidateVerdict;

/** What is due, and when (ISO 8601). */
interface Due {
  readonly operation: DueOperation;
  readonly at: string;
}

/**
 * Waits until `isWoken`, or until something is due. @returns that, if it came first. A job that has nothing to come waits
 * without a timer, and so costs nothing.
 */
export async function waitUntilDue(
  state: JobState | undefined,
  isWoken: () => boolean,
  publish: () => void,
): Promise<DueOperation | undefined> {
  const next = state && !isWoken() ? await nextDue(state, publish) : undefined;
  if (!state || !next) {
    await condition(isWoken);
    return undefined;
  }
  const leftMs = Math.max(0, Date.parse(next.at) - Date.now());
  if (await condition(isWoken, leftMs, { summary: `Next by itself: ${next.operation}` })) return undefined;
  // The one after it is planned when the job is idle again: what comes due meanwhile is left out.
  if (next.operation === 'savepoint') state.periodic = state.periodic && { ...state.periodic, nextAt: undefined };
  return next.operation;
}

async function nextDue(state: JobState, publish: () => void): Promise<Due | undefined> {
  const savepointAt = isPeriodic(state) && patched('periodic-savepoints') && (await plan(state, publish));
  const recoverAt = state.trouble?.dueAt;
  // The job itself is brought back first.
  const reviveAt = state.phase === 'RECOVERING' ? undefined : state.candidateHealth?.trouble?.dueAt;
  const dues = [
    candidateDue(state),
    savepointAt ? { operation: 'savepoint' as const, at: savepointAt } : undefined,
    recoverAt === undefined ? undefined : { operation: 'recover' as const, at: recoverAt },
    reviveAt === undefined ? undefined : { operation: 'revive' as const, at: reviveAt },
  ];
  return dues.flatMap((due) => due ?? []).toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))[0];
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
