import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { clearFault, faults, runLedger, setFault, verifyLedger, type LedgerReport } from '../support/ledger.ts';

/** Text by path; a path without `.ends` is a file of results. */
type Files = Readonly<Record<string, readonly string[]>>;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-ledger-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Files): void {
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
  }
}

/** A line of the result: the state has counted right, and a number is processed 10 ms after the one before it. */
const line = (key: number, number: number, { count = number, at = 1000 + number * 10 } = {}) =>
  `${key},${number},${count},${at - 5},${at}`;

/** Lines of consecutive numbers of a key. */
const lines = (key: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => line(key, from + index));

const good: Files = {
  'part-a-0': [...lines(0, 0, 3), ...lines(1, 0, 2)],
  'part-a-1': [...lines(0, 3, 5), ...lines(1, 2, 5)],
};

/** End offsets of two keys in two splits: `split,splits,keys,position,written at`. */
const ends = (position0: number, position1: number, at = 2000) => ({
  '.ends/000000000007-0': [`0,2,2,${position0},${at}`],
  '.ends/000000000007-1': [`1,2,2,${position1},${at}`],
});

const clean = { missing: 0, doubled: 0, outOfOrder: 0, mismatches: 0, beyondEnd: 0, damaged: 0 };

interface Case {
  readonly files: Files;
  readonly final?: boolean;
  /** Beside what is clean. */
  readonly found: Partial<LedgerReport>;
}

const cases: Readonly<Record<string, Case>> = {
  'a whole result is good': { files: good, found: { good: true, records: 10, keys: 2, files: 2 } },
  'the tenth file of a writer comes after the ninth': {
    files: { 'part-a-9': lines(0, 0, 3), 'part-a-10': lines(0, 3, 6) },
    found: { good: true },
  },
  'the writers of a later attempt come after those of an earlier one, whatever their names': {
    files: { 'part-z-0': lines(0, 0, 3), 'part-a-0': lines(0, 3, 6) },
    found: { good: true },
  },
  'files in folders count': { files: { 'one/part-a-0': lines(0, 0, 3) }, found: { good: true, records: 3 } },
  'files in progress, hidden files and other files are no part of it': {
    files: {
      ...good,
      '.part-a-2.inprogress.0b1c': lines(0, 3, 9),
      '.hidden/part-b-0': lines(0, 0, 9),
      'part-a-3.inprogress': lines(0, 3, 9),
      'notes-1': ['what is this'],
    },
    found: { good: true, records: 10 },
  },
  'a gap is missing': {
    files: { 'part-a-0': [...lines(3, 0, 2), ...lines(3, 5, 6)] },
    found: { good: false, missing: 3, problems: ['3 missing of key 3, which ends at 6, from 2'] },
  },
  'a lost beginning is missing': { files: { 'part-a-0': lines(3, 4, 6) }, found: { good: false, missing: 4 } },
  'a record that is there twice is doubled, and not out of order as well': {
    files: { 'part-a-0': lines(0, 0, 4), 'part-b-0': [line(0, 2, { at: 2000 }), ...lines(0, 4, 6)] },
    found: { good: false, doubled: 1, problems: ['number 2 of key 0 is doubled'] },
  },
  'a lower number after a higher one is out of order': {
    files: { 'part-a-0': [line(0, 0), line(0, 2), line(0, 1), line(0, 3)] },
    found: { good: false, outOfOrder: 1, problems: ['number 1 of key 0 is out of order'] },
  },
  'a writer that began later with lower numbers is out of order': {
    files: {
      'part-a-0': lines(0, 3, 6),
      'part-b-0': [0, 1, 2].map((number) => line(0, number, { at: 9000 + number })),
    },
    found: { good: false, outOfOrder: 3 },
  },
  'a state that counted something else mismatches': {
    files: { 'part-a-0': [line(0, 0), line(0, 1, { count: 0 }), line(0, 2, { count: 1 })] },
    found: { good: false, mismatches: 2 },
  },
  'a line that the job does not write is damage': {
    files: { 'part-a-0': [...lines(0, 0, 3), '0,3,3'] },
    found: { good: false, damaged: 1 },
  },
  'nothing is not good': { files: {}, found: { good: false, records: 0 } },
  'a lost tail is not seen without end offsets': { files: { ...good, ...ends(6, 5) }, found: { good: true } },
  'a lost tail is missing at the end': {
    files: { ...good, ...ends(7, 5) },
    final: true,
    found: { good: false, missing: 2, problems: ['2 missing of key 0, which ends at 7, from 5'] },
  },
  'a lost key is missing at the end': {
    files: { 'part-a-0': lines(0, 0, 5), ...ends(5, 4) },
    final: true,
    found: { good: false, missing: 4, keys: 2 },
  },
  'a result that reaches its end offsets is good at the end': {
    files: { ...good, ...ends(5, 5) },
    final: true,
    found: { good: true, final: true },
  },
  'records after the end offsets are beyond the end': {
    files: { ...good, ...ends(5, 3) },
    final: true,
    found: { good: false, beyondEnd: 2 },
  },
  'what was written last about a split holds, whichever checkpoint and reader wrote it': {
    files: { ...good, ...ends(9, 9, 1000), '.ends/000000000004-0': ['0,2,2,5,1500', '1,2,2,5,1500'] },
    final: true,
    found: { good: true },
  },
};

describe('ledger verify', () => {
  test.each(Object.entries(cases))('%s', async (_, { files, final = false, found }) => {
    write(files);
    expect(await verifyLedger(folder, { final })).toMatchObject({ ...clean, ...found });
  });

  test('a split with several keys ends where its position says', async () => {
    // Keys 0, 2 and 4 take turns: after seven records key 0 has three numbers, the others two.
    write({
      'part-a-0': [...lines(0, 0, 3), ...lines(2, 0, 2), ...lines(4, 0, 2), ...lines(1, 0, 1), ...lines(3, 0, 1)],
      '.ends/000000000001-0': ['0,2,5,7,2000', '1,2,5,2,2000'],
    });
    expect(await verifyLedger(folder, { final: true })).toMatchObject({ ...clean, good: true, keys: 5 });
  });

  test('names the longest time without a record and without a commit, and when each began', async () => {
    write({ 'part-a-0': [0, 10, 70_020].map((at, number) => line(0, number, { at })), 'part-b-0': [line(1, 0)] });
    utimesSync(join(folder, 'part-a-0'), 100, 100);
    utimesSync(join(folder, 'part-b-0'), 107.5, 107.5);
    expect(await verifyLedger(folder)).toMatchObject({
      recordGapMs: 69_020,
      recordGapAtMs: 1000,
      commitGapMs: 7500,
      commitGapAtMs: 100_000,
    });
  });

  test('one record has no gap', async () => {
    write({ 'part-a-0': [line(0, 0)] });
    expect(await verifyLedger(folder)).toMatchObject({ recordGapMs: 0, recordGapAtMs: null, commitGapAtMs: null });
  });

  test('prints for people, too', async () => {
    write(good);
    const { code, stdout } = await runLedger(['verify', folder]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^good +true$/m);
    expect(stdout).toMatch(/^recordGapAtMs +1970-01-01T00:00:01Z$/m);
  });

  test.each([
    ['there are no end offsets', good, 'there are no end offsets'],
    ['a split has no end offset', { ...good, '.ends/000000000007-0': ['0,2,2,5,2000'] }, 'no end offset of split 1'],
  ])('refuses to judge the end when %s', async (_, files, why) => {
    write(files);
    await expect(verifyLedger(folder, { final: true })).rejects.toThrow(why);
  });

  test.each([
    ['no folder', ['verify', '/no/such/folder'], 2, 'there is no folder'],
    ['an unknown command', ['count', '.'], 64, 'usage: '],
    ['an unknown option', ['verify', '.', '--all'], 64, 'usage: '],
  ])('refuses %s', async (_, args, status, why) => {
    const { code, stderr } = await runLedger(args);
    expect({ code, stderr }).toEqual({ code: status, stderr: expect.stringContaining(why) });
  });
});

describe('faults', () => {
  test('are those that the job knows', () => {
    const source = join(repositoryRoot, 'examples/ledger-job/src/main/java/dev/drey/ledger/Faults.java');
    const list = /NAMES =\s+List\.of\(([^)]*)\)/.exec(readFileSync(source, 'utf8'))?.[1] ?? '';
    expect([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name)).toEqual([...faults]);
  });

  test('are files that are replaced whole, where a job of another user may note what it has used up', () => {
    const control = join(folder, 'job/control');
    setFault(control, 'rate', 500);
    setFault(control, 'rate', 20);
    expect(readdirSync(control)).toEqual(['rate']);
    expect(readFileSync(join(control, 'rate'), 'utf8')).toBe('20');
    expect(statSync(control).mode & 0o777).toBe(0o777);
  });

  test('end with their file, which may be gone already', () => {
    setFault(folder, 'savepoint-fail');
    clearFault(folder, 'savepoint-fail');
    clearFault(folder, 'savepoint-fail');
    expect(readdirSync(folder)).toEqual([]);
  });
});
