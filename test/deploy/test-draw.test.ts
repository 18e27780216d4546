/** Which suites on the whole product have their turn. */
import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { leftOut } from '../../deploy/dev/test-draw.ts';
import { repositoryRoot } from '../../deploy/dev/paths.ts';

const folder = join(repositoryRoot, 'test', 'e2e');
const suites = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(folder, name));
const pure = join(repositoryRoot, 'test', 'core', 'names.test.ts');

test('what is not on the whole product always runs', () => {
  expect(leftOut([pure, ...suites], 1, 0).toSorted()).toEqual(suites.toSorted());
});

test('the same seed leaves out the same ones, in whatever order they are listed', () => {
  expect(leftOut(suites.toReversed(), 7)).toEqual(leftOut(suites, 7));
});

test('all run where there is time for all', () => {
  expect(leftOut(suites, 3, 100_000)).toEqual([]);
});

test('every suite has its turn within forty runs', () => {
  const runs = Array.from({ length: 40 }, (_, seed) => leftOut(suites, seed));
  expect(suites.filter((suite) => runs.every((left) => left.includes(suite)))).toEqual([]);
});
