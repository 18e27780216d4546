import { describe, expect, test } from '@jest/globals';
import { lostSavepoints, takenBy, type AfterLoss } from '../../core/lost-savepoints.ts';
import { savepointTriggerId } from '../../core/names.ts';
import { someGeneration } from '../support/state-fixture.ts';

const path = 'file:/flink-state/savepoints/abcdefgh/stop-2-8/savepoint-f00d-1';
const old = someGeneration(2, { submission: 8 });
/** Made by operation 5, which was lost. */
const made = someGeneration(3, { submission: 10, restoreFrom: path });
const seen: AfterLoss = { lost: [5], known: [made, old], found: [made], savepoints: [] };

describe('the savepoint with which a lost operation stopped the job', () => {
  test('is that from which the operation’s own submission starts', () => {
    expect(lostSavepoints(seen)).toEqual([{ number: 5, path, of: old, startedBy: made }]);
  });

  test.each<[string, Partial<AfterLoss>]>([
    ['is known already', { savepoints: [{ path }] }],
    ['is of an operation that was not lost: it may be disposed of by now', { lost: [4] }],
    ['is none where nothing starts from it', { found: [someGeneration(3, { submission: 10 })] }],
    ['is no checkpoint', { found: [{ ...made, restoreFrom: 'file:/flink-state/checkpoints/f00d/chk-3' }] }],
    ['is none that a person asked for', { found: [{ ...made, restoreFrom: path.replace('stop-2-8', 'taken-4') }] }],
    ['is of no other job', { found: [{ ...made, restoreFrom: path.replace('abcdefgh', 'zzzzzzzz') }] }],
    ['is of a generation that the job knows', { known: [made] }],
  ])('%s', (_title, change) => {
    expect(lostSavepoints({ ...seen, ...change })).toEqual([]);
  });

  test('counts as its own where another operation hears the answer', () => {
    const trigger = savepointTriggerId('abcdefgh', 5, old.identity, old.submission);
    expect(takenBy(trigger, old, 'abcdefgh', [6, 5])).toBe(5);
    expect(takenBy(undefined, old, 'abcdefgh', [6, 5])).toBeUndefined();
  });
});
