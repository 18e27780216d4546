/** What is left of a start that came to nothing: the point from which that was to go on is not the one with which the job waits. */
import type { Generation } from './generation.ts';
import type { OperationInput } from './operation-result.ts';
import { isSamePlace } from './storage-uri.ts';
import type { PointKind } from './stopping.ts';

/** What a stop says of the point that it found. */
interface FoundPoint {
  readonly restorePoint?: string;
  /** Absent where it is only what the generation was started from. */
  readonly kind?: PointKind;
}

/**
 * The point with which the job waits, where what is stopped has nothing but the one that it was started from, and both were known when the
 * operation began: then that start has failed. Undefined where what the stop has found counts: an operation that was lost may have begun from a
 * newer point, and so may another job whose Flink cluster was taken over.
 */
export function pointBeforeStart(
  { uid, generations, restorePoint }: Pick<OperationInput, 'uid' | 'generations' | 'restorePoint'>,
  { identity, submission }: Generation,
  found: FoundPoint,
): string | undefined {
  if (identity.uid !== uid || found.kind !== undefined || found.restorePoint === undefined) return undefined;
  const known = generations.find((one) => one.identity.uid === uid && one.identity.number === identity.number);
  if (known?.submission !== submission || known.restoreFrom === undefined) return undefined;
  return isSamePlace(known.restoreFrom, found.restorePoint) ? restorePoint : undefined;
}
