/** Records of the savepoints that operations take. */
import type { StoppedJob } from '../activities/cluster/stop-shapes.ts';
import type { FoundGeneration } from '../core/adoption.ts';
import type { Generation } from '../core/generation.ts';
import { lostSavepoints, takenBy } from '../core/lost-savepoints.ts';
import { flinkJobId } from '../core/names.ts';
import { changesStateBackend } from '../core/plan/rollback-limit.ts';
import { isCompleted, type SavepointRecord } from '../core/savepoint.ts';
import { originOf } from '../core/savepoint-list.ts';
import { takenAfter } from '../core/savepoint-numbers.ts';
import type { OperationRun } from './operation-run.ts';
import type { StopWish } from './stop-generation.ts';

/** What a record says of the job that it was taken of, and of who wanted it. */
export function savepointOf(account: OperationRun, { identity, submission, spec, revision, candidate }: Generation) {
  const { number, requestedBy } = account.current;
  return {
    number,
    requestedBy,
    flinkVersion: spec.spec.flink.version,
    revision,
    generation: identity.number,
    flinkJobId: flinkJobId(identity, submission),
    ...(candidate && { ofCandidate: candidate }),
  };
}

/** Where it stands among the others: of all that is known, nothing was taken later. */
export function takenNow({ number, knownSavepoints }: OperationRun): Pick<SavepointRecord, 'after'> {
  return takenAfter(number, knownSavepoints.filter(isCompleted));
}

/** Records the savepoint with which a job was stopped, if it was one. An operation that was lost may have asked for it. */
export function recordStopSavepoint(account: OperationRun, wish: StopWish, stopped: StoppedJob): void {
  const { kind, restorePoint, sizeBytes, takenAtMs, endedAtMs, triggerId, format, byOthers } = stopped;
  if (kind !== 'savepoint' || restorePoint === undefined || isRecorded(account, restorePoint)) return;
  const number = takenBy(triggerId, wish.generation, account.uid, account.lost);
  const record: SavepointRecord = {
    ...savepointOf(account, wish.generation),
    ...(number === undefined ? takenNow(account) : { number }),
    state: 'completed',
    origin: byOthers ? 'outside' : originOf(account.current.kind),
    format: format ?? wish.format ?? 'native',
    takenAt: new Date(takenAtMs ?? endedAtMs ?? Date.now()).toISOString(),
    path: restorePoint,
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
  account.recordSavepoint(record);
}

/** Records those of operations that were lost, where what they started from them was found. When they were taken nobody tells any more. */
export function recordLostSavepoints(account: OperationRun, found: readonly FoundGeneration[]): void {
  const { lost, generations: known } = account;
  const savepoints = account.knownSavepoints.filter(isCompleted);
  for (const { number, path, of, startedBy } of lostSavepoints({ lost, known, found, savepoints }))
    account.recordSavepoint({
      ...savepointOf(account, of),
      number,
      state: 'completed',
      origin: 'upgrade',
      format: changesStateBackend(of.spec, startedBy.spec) ? 'canonical' : 'native',
      takenAt: new Date().toISOString(),
      path,
    });
}

function isRecorded(account: OperationRun, path: string): boolean {
  return account.knownSavepoints.some((one) => isCompleted(one) && one.path === path);
}
