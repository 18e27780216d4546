/** What is wrong with a ledger is told, and nothing else. */
import { expect, test } from '@jest/globals';
import { folderIn, wrongIn } from './support/ledger-faults.ts';

const clean = { missing: 0, doubled: 0, outOfOrder: 0, mismatches: 0, beyondEnd: 0, damaged: 0 };
const read = { final: true, records: 9, keys: 1, files: 1, problems: [] };
const gaps = { recordGapMs: 1, recordGapAtMs: 1, commitGapMs: 1, commitGapAtMs: 1 };

test.each([
  ['nothing', {}, true, []],
  ['a lost record', { missing: 1 }, true, ['1 missing']],
  ['a lost record, where others may be doubled', { missing: 1 }, false, ['1 missing']],
  ['a double', { doubled: 2 }, true, ['2 doubled']],
  ['a double, where there may be some', { doubled: 2, outOfOrder: 1, beyondEnd: 3 }, false, []],
  ['state that was lost', { mismatches: 3, damaged: 1 }, false, ['3 mismatches', '1 damaged']],
])('wrong is %s', (_title, counts, isExact, expected) => {
  expect(wrongIn({ ...clean, ...read, ...gaps, ...counts }, isExact)).toEqual(expected);
});

test.each([
  ['it is said', ['--rate', '5', '--out', '/flink-state/ledger/a-again/out', '--control', '/x'], 'a-again'],
  ['it is not', ['--rate', '5'], undefined],
  ['it is elsewhere', ['--out', '/tmp/out'], undefined],
])('the folder of a job where %s', (_title, args, expected) => expect(folderIn(args)).toBe(expected));
