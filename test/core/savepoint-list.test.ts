/** What a job remembers of its savepoints. */
import { expect, test } from '@jest/globals';
import type { SavepointRecord } from '../../core/savepoint.ts';
import { withSavepoints } from '../../core/savepoint-list.ts';
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
