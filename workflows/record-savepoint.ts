/** Records of the savepoints that operations take. */
import type { StoppedJob } from '../activities/cluster/stop-job.ts';
import type { Generation } from '../core/generation.ts';
import { flinkJobId } from '../core/names.ts';
import type { SavepointRecord } from '../core/savepoint.ts';
import { originOf } from '../core/savepoint-list.ts';
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

/** Records the savepoint with which a job was stopped, if it was one. */
export function recordStopSavepoint(account: OperationRun, wish: StopWish, stopped: StoppedJob): void {
  const { kind, restorePoint, sizeBytes, endedAtMs } = stopped;
  if (kind !== 'savepoint' || restorePoint === undefined) return;
  const record: SavepointRecord = {
    ...savepointOf(account, wish.generation),
    state: 'completed',
    origin: originOf(account.current.kind),
    format: wish.format ?? 'native',
    takenAt: new Date(endedAtMs ?? Date.now()).toISOString(),
    path: restorePoint,
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
  account.recordSavepoint(record);
}
