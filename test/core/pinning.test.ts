import { expect, test } from '@jest/globals';
import { isPinned, type Pinning } from '../../core/pinning.ts';
import { liesBelow } from '../../core/storage-uri.ts';

const path = 'file:/state/savepoints/u/taken-3/savepoint-1';

test.each<[string, Pinning, boolean]>([
  ['the job waits with', { restorePoint: path }, true],
  [
    'the job waits with, written in another way',
    { restorePoint: 'file:///state/savepoints/u/taken-3/savepoint-1/' },
    true,
  ],
  ['it was started from, with no checkpoint since', { startedFrom: path }, true],
  ['nobody needs', {}, false],
  ['is not the one that it waits with', { restorePoint: 'file:/state/savepoints/u/taken-3/savepoint-11' }, false],
])('a savepoint that %s', (_name, job, pinned) => expect(isPinned({ path }, job)).toBe(pinned));

test('what failed is needed by nobody', () => expect(isPinned({}, { restorePoint: path })).toBe(false));

test.each([
  ['file:/a/b/c', 'file:///a/b', true],
  ['s3://bucket/a/b', 's3://bucket/a/', true],
  ['s3://bucket/ab', 's3://bucket/a', false],
  ['s3://bucket/a', 's3://bucket/a', false],
])('%s lies below %s: %s', (uri, folder, below) => expect(liesBelow(uri, folder)).toBe(below));
