import { expect, test } from '@jest/globals';
import { viewOf } from '../../core/job-view.ts';
import { isPinned, pinningOf, type Pinning } from '../../core/pinning.ts';
import { liesBelow } from '../../core/storage-uri.ts';
import { jobView } from '../support/records.ts';
import { someOperation, someState, someTime } from '../support/state-fixture.ts';

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

test('of a removed job only what it may have been left running from is needed', () => {
  const view = jobView({ restorePoint: path, startedFrom: `${path}1` });
  expect(pinningOf(view)).toMatchObject({ restorePoint: path, startedFrom: `${path}1` });
  expect(pinningOf({ ...view, phase: 'REMOVED' })).toEqual({ startedFrom: `${path}1` });
});

test.each([
  ['waits', { queue: [{ ...someOperation(5, 'upgrade'), restoreFrom: path }] }],
  ['is under way', { running: { ...someOperation(5, 'upgrade'), restoreFrom: path } }],
])('a job tells from which savepoint it is restored while that %s', (_name, change) => {
  expect(viewOf(someState(change), someTime).restoring).toBe(path);
  expect(viewOf(someState(), someTime).restoring).toBeUndefined();
});

test('a job tells of all from which it is to be restored, the one under way first', () => {
  const [running, waiting] = [5, 6].map((number) => ({
    ...someOperation(number, 'upgrade'),
    restoreFrom: `${path}${number}`,
  }));
  const view = viewOf(someState({ ...(running && { running }), queue: waiting ? [waiting] : [] }), someTime);
  expect(view).toMatchObject({ restoring: `${path}5`, restoringNext: [`${path}6`] });
  expect(isPinned({ path: `${path}6` }, pinningOf(view))).toBe(true);
  expect(viewOf(someState(running && { running }), someTime)).not.toHaveProperty('restoringNext');
});
