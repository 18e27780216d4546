/** Numbers of savepoints: each has one of its own, also where one operation has stopped two generations. */
import type { SavepointRecord } from './savepoint.ts';
import { isSamePlace } from './storage-uri.ts';

type Numbered = Pick<SavepointRecord, 'number' | 'path'>;

/** Whether another savepoint has its number. @param known in the order in which they were recorded: the first of a number keeps it. */
export function isFurther({ number, path }: Numbered, known: readonly Numbered[]): boolean {
  const first = known.find((one) => one.number === number);
  return first !== undefined && !isSame(first.path, path);
}

/** What failed lies nowhere, and is told once. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined ? one === other : isSamePlace(one, other);
}

/**
 * The records with further ones told apart.
 * @param known those that the job knew of before.
 * @param next gives a number that neither an operation nor a savepoint of the job has.
 */
export function numberedApart(
  changed: readonly SavepointRecord[],
  known: readonly Numbered[],
  next: () => number,
): readonly SavepointRecord[] {
  const all = [...known, ...changed];
  const given = new Map<string | undefined, number>();
  return changed.map((one) => {
    if (!isFurther(one, all)) return one;
    const number = given.get(one.path) ?? next();
    given.set(one.path, number);
    return { ...one, number, operation: one.number };
  });
}

/** As releases before kept them: of one number the last, which the job went on from. */
export function lastOfEachNumber(changed: readonly SavepointRecord[]): readonly SavepointRecord[] {
  return [...new Map(changed.map((one) => [one.number, one])).values()];
}

/** The sequence number of a row: above all that operations before this one have written of the savepoint. @param count of its rows, 1 and up. */
export function savepointSeq(operation: number, count: number): number {
  return operation * 1000 + count;
}

type Aged = Pick<SavepointRecord, 'number' | 'operation' | 'after'>;

/**
 * The older first. What was recorded late has a number above that of an operation which waited meanwhile; and an operation that waited for the repetition
 * of one that was lost, or for a recovery, has a number below those.
 */
export function byAge(one: Aged, other: Aged): number {
  const isLater = Number(waited(one)) - Number(waited(other));
  return placeOf(one) - placeOf(other) || isLater || takerOf(one) - takerOf(other) || one.number - other.number;
}

/**
 * What the record of a savepoint says that is taken now.
 * @param operation the one that takes it.
 * @param known those that were taken before.
 */
export function takenAfter(operation: number, known: readonly Aged[]): Pick<SavepointRecord, 'after'> {
  const after = Math.max(0, ...known.map(placeOf));
  return after > operation ? { after } : {};
}

const takerOf = ({ number, operation = number }: Aged) => operation;
const placeOf = (one: Aged) => Math.max(takerOf(one), one.after ?? 0);
const waited = (one: Aged) => placeOf(one) > takerOf(one);
