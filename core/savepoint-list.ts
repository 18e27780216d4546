/** The job's own list of savepoints that can be started from; PostgreSQL has all that ever were. */
import { isCompleted, type CompletedSavepoint, type SavepointOrigin, type SavepointRecord } from './savepoint.ts';
import type { OperationKind } from './operation-kinds.ts';

/** The most that a job remembers: it carries them through continue-as-new. */
const savepointsMax = 100;

/** The list after an operation that changed these records. What is no longer on it is not cleaned up by Drey. */
export function withSavepoints(
  list: readonly CompletedSavepoint[] | undefined,
  changed: readonly SavepointRecord[] | undefined,
): readonly CompletedSavepoint[] | undefined {
  if (!changed || changed.length === 0) return list;
  const numbers = new Set(changed.map(({ number }) => number));
  const others = (list ?? []).filter(({ number }) => !numbers.has(number));
  return [...others, ...changed.filter(isCompleted)].toSorted(byNumber).slice(-savepointsMax);
}

/** Why an operation takes a savepoint with which it stops the job. */
export function originOf(kind: OperationKind): SavepointOrigin {
  return kind === 'suspend' || kind === 'remove' ? kind : 'upgrade';
}

/** The newest of one Flink job that was taken while it ran on. @param list the oldest first. */
export function newestAside(list: readonly SavepointRecord[], flinkJobId: string): CompletedSavepoint | undefined {
  return list
    .filter(isCompleted)
    .findLast((one) => one.flinkJobId === flinkJobId && (one.origin === 'user' || one.origin === 'periodic'));
}

function byNumber(one: SavepointRecord, other: SavepointRecord): number {
  return one.number - other.number;
}
