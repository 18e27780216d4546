/** A ledger is verified when what came after an operation was committed, too. */
import { expect, test } from '@jest/globals';
import { commitsIn, writersSince } from './support/commits.ts';

const before = ['part-a-0', 'part-a-1', 'part-b-0', '.part-b-1.inprogress', '.ends'];

test('files are counted by their writer, without those in progress', () =>
  expect([...commitsIn(before)]).toEqual([
    ['a', 2],
    ['b', 1],
  ]));

test.each([
  ['nobody has written', [], 0],
  ['a writer has committed what was on its way', ['part-a-2'], 0],
  ['a writer has committed twice', ['part-a-2', 'part-a-3'], 1],
  ['two have committed once each', ['part-a-2', 'part-b-1'], 0],
  ['a new writer has committed twice', ['part-7-c-0', 'part-7-c-1'], 1],
  ['two have committed twice', ['part-a-2', 'part-a-3', 'part-c-0', 'part-c-1'], 2],
])('writers with a commit that is surely of later: %s', (_title, names, expected) => {
  expect(writersSince(commitsIn(before), commitsIn([...before, ...names]), 2)).toBe(expected);
});
