/** Deletes the files of savepoints, but of none that another job starts from. */
import { proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import type { Generation } from '../core/generation.ts';
import { controlTaskQueue } from '../core/names.ts';
import { neededBy, type SavepointUser } from '../core/savepoint-users.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { disposeEach } from './dispose-each.ts';
import { disposeFiles } from './dispose-files.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun, StepOutcome } from './operation-run.ts';

const { findSavepointUsers } = proxyActivities<Pick<ControlActivities, 'findSavepointUsers'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
  summary: 'Ask whether another job starts from it',
});

/**
 * Each is asked for just before it goes: a job may have been restored from it since.
 * @param host the generation in whose name the storage is reached.
 * @throws SAVEPOINT_NEEDED where that keeps all of them
 */
export async function disposeUnneeded(
  run: OperationRun,
  host: Generation,
  savepoints: readonly CompletedSavepoint[],
): Promise<StepOutcome> {
  const kept: string[] = [];
  const gone = await disposeEach(savepoints, async (savepoint) => {
    const users = await usersOf(run, savepoint);
    if (users.length > 0) kept.push(neededBy(savepoint.number, users, run.tenant));
    else await disposeFiles(run, host, savepoint);
    return users.length === 0;
  });
  if (gone.length === 0 && kept.length > 0) throw needed(kept);
  return { detail: [gone.join(', ') || 'none', ...kept].join('; ') };
}

async function usersOf(run: OperationRun, { path }: CompletedSavepoint): Promise<readonly SavepointUser[]> {
  try {
    return (await findSavepointUsers({ path, exceptUid: run.uid })).users;
  } catch {
    throw errorOf({
      code: 'RECORDS_AWAY',
      message: 'PostgreSQL, which knows whether another job starts from the savepoint, did not answer.',
      cure: 'See with /readyz what is missing, and ask again: nothing was deleted of it.',
    });
  }
}

function needed(kept: readonly string[]) {
  return errorOf({
    code: 'SAVEPOINT_NEEDED',
    message: `${kept.join('; ')}.`,
    cure: 'Ask again when that job has completed a checkpoint, or is gone.',
  });
}
