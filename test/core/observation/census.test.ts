import { describe, expect, test } from '@jest/globals';
import { jobPhases } from '../../../core/job.ts';
import { compareJobs, foundJobs, mustHaveObjects } from '../../../core/observation/census.ts';

const all = (...ids: readonly string[]) => new Set(ids);

test.each([
  ['all is as it should be', all('a', 'b'), all('a'), all('a'), all('a'), [], []],
  ['objects that no workflow knows', all('a'), all('a'), all('a', 'c', 'b'), all('a', 'c', 'b'), ['b', 'c'], []],
  ['a job that runs without objects', all('a', 'b'), all('a', 'b'), all('a'), all('a'), [], ['b']],
  ['a suspended job has none', all('a'), all(), all(), all(), [], []],
  ['a job of which only the candidate is left', all('a'), all('a'), all('a'), all(), [], ['a']],
])('%s', (_title, known, running, anchored, active, unknown, gone) => {
  expect(compareJobs({ known, running, anchored, active })).toEqual({ unknown, gone });
});

test('objects must be there of what runs, with a candidate or without, and of nothing that changes or has ended', () => {
  expect(jobPhases.filter(mustHaveObjects)).toEqual(['RUNNING', 'DUAL_RUNNING']);
  expect(mustHaveObjects(undefined)).toBe(false);
});

describe('anchors are', () => {
  const own = { job: 'a', cluster: 'local', isCandidate: false };
  test.each([
    ['of the job that they name', [own], ['a'], ['a']],
    ['of a candidate, which is not the job', [{ ...own, isCandidate: true }], ['a'], []],
    ['both, where a candidate runs beside it', [own, { ...own, isCandidate: true }], ['a'], ['a']],
    ['of another control plane, where they name another cluster', [{ ...own, cluster: 'elsewhere' }], [], []],
    ['of this one, where they are not understood', [{ job: 'a', isCandidate: false }], ['a'], ['a']],
  ])('%s', (_title, anchors, anchored, active) => {
    expect(foundJobs(anchors, 'local')).toEqual({ anchored: new Set(anchored), active: new Set(active) });
  });
});
