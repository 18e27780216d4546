/** What of `npm test` runs side by side, and how its counts become one. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lanesOf, takeCounts } from '../../deploy/dev/test-lanes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-lanes-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  [
    ['/drey/test/e2e/upgrade.test.ts', '/drey/test/core/names.test.ts'],
    ['product', 'parts'],
  ],
  [['/drey/test/e2e/upgrade.test.ts'], ['all']],
  [['/drey/test/core/names.test.ts'], ['all']],
])('%j have the lanes %j', (files, lanes) => {
  expect(lanesOf(files).map(({ name }) => name)).toEqual(lanes);
});

test('every file is in one lane', () => {
  const files = ['/drey/test/e2e/upgrade.test.ts', '/drey/test/core/names.test.ts'];
  const taken = lanesOf(files).map(({ not = '' }) => files.filter((file) => !new RegExp(not).test(file)));
  expect(taken).toEqual(files.map((file) => [file]));
});

test('counts are added up, and a lane that left none has failed', () => {
  const [first, second, missing] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(first, '12 passed, 0 failed\n');
  writeFileSync(second, '3 passed, 2 failed\n');
  expect(takeCounts([first, second])).toBe('15 passed, 2 failed');
  expect(existsSync(first)).toBe(false);
  writeFileSync(first, '12 passed, 0 failed\n');
  expect(takeCounts([first, missing])).toBe('12 passed, 1 failed');
});
