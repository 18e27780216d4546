/** A restore that gives way to a newer wish for its job: nobody starts the job from that savepoint any more, and its caller is told so. */
import type { Failure } from './failure.ts';
import type { OperationRecord } from './operation.ts';

/** What of an operation matters here. */
export interface Wish {
  /** The savepoint that the caller named. */
  readonly restoreFrom?: string | undefined;
}

/** The operation that takes the place of another. */
export type Successor = Wish & { readonly record: Pick<OperationRecord, 'number' | 'kind' | 'revision'> };

/** @returns undefined where it was no restore, or the successor starts from the same savepoint. */
export function supersededRestore({ restoreFrom }: Wish, by: Successor): Failure | undefined {
  if (restoreFrom === undefined || by.restoreFrom === restoreFrom) return undefined;
  const { number, kind, revision } = by.record;
  const newer = revision === undefined ? `operation ${number} (${kind})` : `revision ${revision}`;
  return {
    code: 'SUPERSEDED',
    message: `Superseded by ${newer}: the job was not started from ${restoreFrom}.`,
    cure: `See operation ${number} for what the job does now; restore the savepoint again when that has ended, if it is still wanted.`,
  };
}

/** How an operation that was given up says so: for its job it is one like any other, its caller hears that what was asked for does not come. */
export function toldOf(
  failure: Failure,
  wish: Wish,
  by: Successor | undefined,
): Pick<OperationRecord, 'failure' | 'supersededBy'> {
  const superseded = by && failure.code === 'ABORTED' ? supersededRestore(wish, by) : undefined;
  return by && superseded ? { failure: superseded, supersededBy: by.record.number } : { failure };
}
