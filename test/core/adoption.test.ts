import { expect, test } from '@jest/globals';
import { decideAdoption, strangersAmong, type FoundGeneration } from '../../core/adoption.ts';
import { someGeneration } from '../support/state-fixture.ts';

const found = (number: number, change: Partial<FoundGeneration> = {}): FoundGeneration => ({
  ...someGeneration(number),
  running: true,
  leaving: false,
  stopping: false,
  madeAt: `2026-11-21T10:00:0${number}Z`,
  ...change,
});

test.each([
  ['deploys where nothing is there', [], { action: 'deploy' }],
  ['takes over the very same spec that runs', [found(1)], { action: 'adopt', generation: someGeneration(1) }],
  [
    'replaces another spec, keeping its state',
    [found(1, { specHash: 'other' })],
    { action: 'replace', generations: [someGeneration(1, { specHash: 'other' })] },
  ],
  [
    'replaces the same spec that does not run',
    [found(1, { running: false })],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'replaces what is being removed, even while it runs',
    [found(1, { leaving: true })],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'replaces the same spec that is being stopped',
    [found(1, { stopping: true })],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'trusts no silent JobManager',
    [{ ...someGeneration(1), leaving: false, stopping: false, madeAt: '' }],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'ends all of several, the running one last, for its state counts',
    [found(1), found(2, { running: false })],
    { action: 'replace', generations: [someGeneration(2), someGeneration(1)] },
  ],
])('%s', (_name, seen, decision) => {
  expect(decideAdoption(seen, 'h1')).toEqual(decision);
});

test('what a job does not know of is ended with what it knows', () => {
  expect(strangersAmong([found(1), found(2)], [someGeneration(2)])).toEqual([someGeneration(1)]);
});
