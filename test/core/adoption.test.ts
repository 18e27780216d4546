import { expect, test } from '@jest/globals';
import { decideAdoption, reconciled, stillNeeded, unfound, type FoundGeneration } from '../../core/adoption.ts';
import type { Generation } from '../../core/generation.ts';
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
    'replaces the same spec when the job was left in the middle of a rescale',
    [found(1, { rescaling: true })],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'trusts no silent JobManager',
    [{ ...someGeneration(1), leaving: false, stopping: false, madeAt: '' }],
    { action: 'replace', generations: [someGeneration(1)] },
  ],
  [
    'ends both where a candidate ran beside the job, whose state counts',
    [found(1), found(2, { candidate: true, submission: 9 })],
    { action: 'replace', generations: [someGeneration(2, { candidate: true, submission: 9 }), someGeneration(1)] },
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
  expect(reconciled([found(1), found(2)], [someGeneration(2)])).toEqual([someGeneration(1), someGeneration(2)]);
});

test('what an anchor says is newer than what the job knows, and the newest submission comes last', () => {
  const rolledBack = { ...found(1), submission: 9, restoreFrom: 'file:/c/chk-3' };
  const known = [someGeneration(2, { submission: 8 }), someGeneration(1, { submission: 2 })];
  const all = reconciled([rolledBack], known).map(({ identity, submission, restoreFrom }) => [
    identity.number,
    submission,
    restoreFrom,
  ]);
  expect(all).toEqual([
    [2, 8, undefined],
    [1, 9, 'file:/c/chk-3'],
  ]);
});

test.each<[string, Partial<Generation>, Partial<Generation>, Partial<Generation>]>([
  ['that it has completed a checkpoint, though its anchor does not say so', {}, { checkpointedBy: 1 }, {}],
  ['since when it runs, though its anchor does not say so', {}, { ran: ranSince(1, 5) }, {}],
  [
    'since when it runs by its anchor, where the job has seen that later',
    { ran: ranSince(1, 4) },
    { ran: ranSince(1, 5) },
    { ran: ranSince(1, 4) },
  ],
  [
    'since when the newer of its submissions runs',
    { ran: ranSince(2, 9) },
    { ran: ranSince(1, 5) },
    { ran: ranSince(2, 9) },
  ],
  ['since when what it starts from ages', { restoreFrom: 's' }, aged('s'), aged('s')],
  [
    'nothing of the age of what it does not start from',
    { restoreFrom: 's2' },
    { aging: undefined, ...aged('s') },
    { restoreFrom: 's2', aging: undefined },
  ],
])('of a generation is known %s', (_title, anchored, known, outcome) => {
  expect(reconciled([found(1, anchored)], [someGeneration(1, known)])).toEqual([
    someGeneration(1, { ...known, ...outcome }),
  ]);
});

function aged(path: string): Partial<Generation> {
  return { restoreFrom: path, aging: { path, from: 'checkpoint', sinceMs: 1 } };
}

function ranSince(submission: number, sinceMs: number) {
  return { submission, sinceMs };
}

test('what the job knows of and the cluster has no anchor of is told apart', () => {
  const known = [someGeneration(1), someGeneration(2, { candidate: true }), someGeneration(3)];
  const numbers = (seen: readonly FoundGeneration[]) => unfound(known, seen).map(({ identity }) => identity.number);
  expect(numbers([found(1), found(2), found(3)])).toEqual([]);
  expect(numbers([found(3), found(9)])).toEqual([1, 2]);
  expect(numbers([])).toEqual([1, 2, 3]);
});

test('what no job was submitted to comes before the one that runs, whatever submission it was made for', () => {
  const leftover = found(2, { submission: 8, unused: true, running: false });
  const all = reconciled([found(1), leftover], [someGeneration(1), someGeneration(2, { submission: 8 })]);
  expect(all.map(({ identity }) => identity.number)).toEqual([2, 1]);
});

test('what runs comes last, though what the job knows as newer is not there any more', () => {
  const all = reconciled([found(1)], [someGeneration(2, { submission: 8 }), someGeneration(1)]);
  expect(all.map(({ identity }) => identity.number)).toEqual([2, 1]);
});

test('what a rollback that was lost has made is the job: its state counts, and not that of what it took the place of', () => {
  const known = [someGeneration(2, { submission: 8 }), someGeneration(1, { submission: 2 })];
  const numbers = (seen: FoundGeneration) => reconciled([seen], known).map(({ identity }) => identity.number);
  const broughtBack = found(3, { submission: 9 });
  expect(numbers(broughtBack)).toEqual([1, 2, 3]);
  expect(numbers({ ...broughtBack, running: false })).toEqual([1, 2, 3]);
  expect(numbers({ ...broughtBack, running: false, unused: true })).toEqual([3, 1, 2]);
});

test('what is of another job of that name comes first, though it runs', () => {
  const other = found(9, { identity: { ...someGeneration(9).identity, uid: 'other' }, submission: 9 });
  expect(reconciled([other], [someGeneration(1)]).map(({ identity }) => identity.number)).toEqual([9, 1]);
});

test('a candidate never comes last, until its anchor says that it was promoted', () => {
  const known = [someGeneration(2, { submission: 8, candidate: true }), someGeneration(1, { submission: 2 })];
  const numbers = (seen: readonly FoundGeneration[]) => reconciled(seen, known).map(({ identity }) => identity.number);
  expect(numbers([found(1, { submission: 2 }), found(2, { submission: 8, candidate: true })])).toEqual([2, 1]);
  expect(numbers([found(1, { submission: 2 }), found(2, { submission: 8 })])).toEqual([1, 2]);
});

test.each([
  ['is needed until it was seen to complete a checkpoint', [found(1, { restoreFrom: 's' })], 's'],
  ['is needed no more then', [found(1, { restoreFrom: 's', checkpointed: true })], undefined],
  ['is of that generation', [found(2, { restoreFrom: 's' }), found(1)], undefined],
  ['is nothing where it is not there', [], undefined],
])('from where a generation runs %s', (_name, seen, point) => {
  expect(stillNeeded(seen, someGeneration(1))).toBe(point);
});
