/** What a job remembers of its savepoints. */
import { expect, test } from '@jest/globals';
import type { CompletedSavepoint, SavepointRecord } from '../../core/savepoint.ts';
import { withSavepoints } from '../../core/savepoint-list.ts';
import { takenAfter } from '../../core/savepoint-numbers.ts';
import { someSavepoint } from '../support/state-fixture.ts';

const [third, fifth] = [someSavepoint(3), someSavepoint(5)];
const again = { ...someSavepoint(6), path: fifth.path };
const elsewhere = { ...someSavepoint(6), path: `${fifth.path}-other` };

test.each<[string, readonly SavepointRecord[], readonly SavepointRecord[]]>([
  ['nothing where nothing has changed', [], [third, fifth]],
  ['one more', [elsewhere], [third, fifth, elsewhere]],
  ['one that lies where another does, instead of that', [again], [third, again]],
  [
    'both that an operation under way has taken',
    [someSavepoint(6), elsewhere],
    [third, fifth, someSavepoint(6), elsewhere],
  ],
  [
    'one as it was told last',
    [elsewhere, { ...elsewhere, sizeBytes: 5 }],
    [third, fifth, { ...elsewhere, sizeBytes: 5 }],
  ],
  ['none that was taken and disposed of since', [elsewhere, { ...elsewhere, state: 'disposed' }], [third, fifth]],
  ['none that has lost its files, by whatever number', [{ ...again, state: 'disposed' }], [third]],
  ['all, where one has failed', [{ ...elsewhere, state: 'failed' }], [third, fifth]],
])('is %s', (_title, changed, remembered) => {
  expect(withSavepoints([third, fifth], changed)).toEqual(remembered);
});

test('is the older first, where one got its number late', () => {
  const late = { ...someSavepoint(7), operation: 5 };
  expect(withSavepoints([third, fifth, late], [elsewhere])).toEqual([third, fifth, late, elsewhere]);
});

/** As it is recorded where these were taken before it. */
const later = (one: CompletedSavepoint, known: readonly CompletedSavepoint[]) => ({
  ...one,
  ...takenAfter(one.number, known),
});

test('is the older first, where one waited while a lost operation was done again', () => {
  const [lost, repeated, waited, second] = [someSavepoint(6), someSavepoint(9), someSavepoint(7), someSavepoint(8)];
  const heard = [[lost, repeated], [later(waited, [third, lost, repeated])], [later(second, [lost, repeated, waited])]];
  const list = heard.reduce<readonly CompletedSavepoint[]>((all, one) => withSavepoints(all, one) ?? all, [third]);
  expect(list.map(({ number }) => number)).toEqual([3, 6, 9, 7, 8]);
  const next = someSavepoint(10);
  expect(takenAfter(10, list)).toEqual({});
  expect(withSavepoints(list, [next])?.at(-1)).toEqual(next);
});

test('is the older first, where one that waited was taken after several of one operation', () => {
  const further = { ...someSavepoint(10), operation: 9 };
  const waited = later(someSavepoint(7), [someSavepoint(9), further]);
  expect(waited.after).toBe(9);
  expect(withSavepoints([someSavepoint(9), further], [waited])).toEqual([someSavepoint(9), further, waited]);
});
