/** What of `npm test` runs side by side, and how its counts become one. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { filesOf, stacksFor, takeCounts } from '../../deploy/dev/test-lanes.ts';

let counts: string;
beforeEach(() => {
  counts = mkdtempSync(join(tmpdir(), 'drey-lanes-'));
});
afterEach(() => {
  rmSync(counts, { recursive: true });
});

const [upgrade, soak, names] = ['e2e/upgrade', 'e2e/soak', 'core/names'].map(
  (suite) => `/drey/test/${suite}.test.ts`,
) as [string, string, string];

test.each([
  [[upgrade, soak, names], { '': ['operations', 'parts'], '2': ['faults'] }],
  [[upgrade, names], { '': ['operations', 'parts'] }],
  [[soak], { '2': ['faults'] }],
  [[names], { '': ['parts'] }],
])('%j have the stacks and lanes %j', (files, stacks) => {
  const found = stacksFor(files).map(({ suffix, lanes }) => [suffix, lanes.map(({ name }) => name)]);
  expect(Object.fromEntries(found)).toEqual(stacks);
});

test('every suite of this project is in one lane', () => {
  const folder = join(repositoryRoot, 'test');
  const suites = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path));
  const taken = stacksFor(suites).flatMap(({ lanes }) => lanes.flatMap((lane) => filesOf(lane, suites)));
  expect(taken.toSorted()).toEqual(suites.toSorted());
});

test('counts are added up, and a lane that left none has failed', () => {
  const [first, second, missing] = ['a', 'b', 'c'].map((name) => join(counts, name)) as [string, string, string];
  writeFileSync(first, '12 passed, 0 failed\n');
  writeFileSync(second, '3 passed, 2 failed\n');
  expect(takeCounts([first, second])).toBe('15 passed, 2 failed');
  expect(existsSync(first)).toBe(false);
  writeFileSync(first, '12 passed, 0 failed\n');
  expect(takeCounts([first, missing])).toBe('12 passed, 1 failed');
});
