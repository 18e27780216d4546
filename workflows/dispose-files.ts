/** Deletes the files of savepoints, and records that they are gone. */
import type { Generation } from '../core/generation.ts';
import type { OperationInput } from '../core/operation-result.ts';
import { isPinned } from '../core/pinning.ts';
import { filesOf, overRetention } from '../core/retention.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import { notInPlace } from '../core/savepoint-outlook.ts';
import { withSavepoints } from '../core/savepoint-list.ts';
import { completed } from '../core/spec/completed.ts';
import { waits } from './cluster-activities.ts';
import { disposeEach } from './dispose-each.ts';
import { agentAwayMs } from './generation-steps.ts';
import { errorOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';

/** A large savepoint on a slow storage takes minutes; what is not done then is done by the next try. */
const disposalMs = 6 * 60_000;

/** @param host the generation in whose name the storage is reached. */
export async function disposeFiles(account: OperationRun, host: Generation, savepoint: CompletedSavepoint) {
  const { cluster, storage } = host.spec.spec;
  const folder = storage.savepoints === undefined ? undefined : filesOf(savepoint.path, storage.savepoints);
  if (folder === undefined) throw errorOf(notInPlace(savepoint));
  const calls = waits(cluster, disposalMs, disposalMs + agentAwayMs);
  const summary = `Delete the files of savepoint ${savepoint.number}`;
  const outcome = await calls.disposeSavepoint.executeWithOptions({ summary }, [{ generation: host, folder }]);
  const disposedAt = new Date().toISOString();
  account.recordSavepoint({ ...savepoint, state: 'disposed', disposedAt, disposedBy: account.number });
  return outcome;
}

/** Deletes what is over the retention. What cannot be deleted now is told, and tried again after the next savepoint. */
export async function cleanSavepoints(account: OperationRun, input: OperationInput): Promise<void> {
  const host = account.generations.at(-1);
  const all = withSavepoints(input.savepoints, account.changedSavepoints) ?? [];
  const root = host?.spec.spec.storage.savepoints;
  if (!host || root === undefined || all.length <= 1) return;
  const over = overRetention(
    all,
    // As what runs says it: the accepted spec may be a candidate's, or one that was rolled back.
    { retain: completed(host.spec).spec.savepoints.retain, root, ...account.pinning },
    Date.now(),
  );
  if (over.length === 0) return;
  const clean = async () => {
    const gone = await disposeEach(over, async (savepoint) => {
      // Somebody may have asked since that the job starts from it.
      if (isPinned(savepoint, account.pinning)) return false;
      await disposeFiles(account, host, savepoint);
      return true;
    });
    return { detail: gone.join(', ') };
  };
  // The step tells why; what the operation was for has succeeded.
  await account.step('savepointsCleaned', clean).catch(() => undefined);
}
