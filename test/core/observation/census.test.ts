import { expect, test } from '@jest/globals';
import { compareJobs } from '../../../core/observation/census.ts';

const all = (...ids: readonly string[]) => new Set(ids);

test.each([
  ['all is as it should be', all('a', 'b'), all('a'), all('a'), [], []],
  ['objects that no workflow knows', all('a'), all('a'), all('a', 'c', 'b'), ['b', 'c'], []],
  ['a job that runs without objects', all('a', 'b'), all('a', 'b'), all('a'), [], ['b']],
  ['a suspended job has none', all('a'), all(), all(), [], []],
])('%s', (_title, known, running, anchored, unknown, gone) => {
  expect(compareJobs({ known, running, anchored })).toEqual({ unknown, gone });
});
