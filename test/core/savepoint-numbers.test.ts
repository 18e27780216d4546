/** Which number each savepoint of an operation gets. */
import { expect, test } from '@jest/globals';
import type { SavepointRecord } from '../../core/savepoint.ts';
import { isFurther, lastOfEachNumber, numberedApart } from '../../core/savepoint-numbers.ts';
import { someSavepoint } from '../support/state-fixture.ts';

const first = someSavepoint(6);
const at = (place: string, change: Partial<SavepointRecord> = {}): SavepointRecord => ({
  ...first,
  path: `file:/flink-state/savepoints/abcdefgh/${place}/savepoint-abc-1`,
  ...change,
});
const { path: _nowhere, ...rest } = first;
const failed: SavepointRecord = { ...rest, state: 'failed' };

/** The numbers that records of operation 6 get, each with the operation that is told beside it, where 9 is the next one. */
function numbers(changed: readonly SavepointRecord[], known: readonly SavepointRecord[] = []) {
  let next = 8;
  return numberedApart(changed, known, () => (next += 1)).map(({ number, operation }) => [number, operation]);
}

test.each<[string, readonly SavepointRecord[], readonly (readonly [number, number | undefined])[]]>([
  ['one has that of its operation', [first], [[6, undefined]]],
  [
    'a second one gets its own',
    [first, at('stop-2-4')],
    [
      [6, undefined],
      [9, 6],
    ],
  ],
  [
    'each further one does',
    [first, at('stop-2-4'), at('stop-3-6')],
    [
      [6, undefined],
      [9, 6],
      [10, 6],
    ],
  ],
  [
    'one that is told of again keeps its own',
    [first, at('stop-2-4'), { ...first, state: 'disposed' }, at('stop-2-4', { state: 'disposed' })],
    [
      [6, undefined],
      [9, 6],
      [6, undefined],
      [9, 6],
    ],
  ],
  [
    'one whose address is written in another way is the same',
    [first, { ...first, path: first.path.replace('file:/', 'file:///') }],
    [
      [6, undefined],
      [6, undefined],
    ],
  ],
  [
    'one after another that failed gets its own',
    [failed, first],
    [
      [6, undefined],
      [9, 6],
    ],
  ],
  [
    'one of a lost operation gets its own beside another of that',
    [first, at('stop-1-2', { number: 5 }), at('stop-2-4', { number: 5 })],
    [
      [6, undefined],
      [5, undefined],
      [9, 5],
    ],
  ],
])('%s', (_title, changed, expected) => {
  expect(numbers(changed)).toEqual(expected);
});

test('one gets its own where the job knows of another with that number', () => {
  expect(numbers([at('stop-2-4')], [someSavepoint(3), first])).toEqual([[9, 6]]);
});

test('one that changes keeps the number that it got late', () => {
  const late = at('stop-2-4', { number: 9, operation: 6 });
  expect(numbers([{ ...late, state: 'disposed' }], [first, late])).toEqual([[9, 6]]);
});

test('a savepoint is further than another of its number alone', () => {
  expect(isFurther(at('stop-2-4'), [someSavepoint(5)])).toBe(false);
  expect(isFurther(at('stop-2-4'), [first])).toBe(true);
  expect(isFurther(first, [first, at('stop-2-4')])).toBe(false);
});

test('releases before kept the last of a number', () => {
  expect(lastOfEachNumber([someSavepoint(5), first, at('stop-2-4')])).toEqual([someSavepoint(5), at('stop-2-4')]);
});
