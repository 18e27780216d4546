/** The job's own list of savepoints that can be started from; PostgreSQL has all that ever were. */
import { isCompleted, type CompletedSavepoint, type SavepointOrigin, type SavepointRecord } from './savepoint.ts';
import { byAge } from './savepoint-numbers.ts';
import { isSamePlace } from './storage-uri.ts';
import type { OperationKind } from './operation-kinds.ts';

/**
 * The most that a job remembers: it carries them through continue-as-new. More than a spec may have kept (`savepoints.retain.count`): what is
 * off the list is cleaned up by nobody.
 */
const savepointsMax = 150;

/** The list after an operation that changed these records. What is no longer on it is not cleaned up by Drey. */
export function withSavepoints(
  list: readonly CompletedSavepoint[] | undefined,
  changed: readonly SavepointRecord[] | undefined,
): readonly CompletedSavepoint[] | undefined {
  if (!changed || changed.length === 0) return list;
  const others = (list ?? []).filter((one) => !isAmong(one, changed));
  // The operation that changes them tells of one savepoint more than once, and two of one number until it has ended.
  const newest = changed.filter(({ path = '' }, index) => !isAmong({ path }, changed.slice(index + 1)));
  const all = [...others, ...newest.filter(isCompleted)].toSorted(byAge);
  return onePerPath(all).slice(-savepointsMax);
}

/** Where one lies under two numbers, the last of them: an operation that was lost may have recorded it before. */
export function onePerPath(list: readonly CompletedSavepoint[]): readonly CompletedSavepoint[] {
  return list.filter((one, index) => !isAmong(one, list.slice(index + 1)));
}

/** Whether one of these lies where this one does. */
export function isAmong({ path }: { readonly path: string }, list: readonly Pick<SavepointRecord, 'path'>[]): boolean {
  return list.some((other) => other.path !== undefined && isSamePlace(other.path, path));
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
