import { describe, expect, test } from '@jest/globals';
import { candidateDue, markedAsKnown, toPromote, waitingCandidate, wasPromoted } from '../../core/candidate.ts';
import type { JobState } from '../../core/job-state.ts';
import { viewOf } from '../../core/job-view.ts';
import { smallSpec, someGeneration, someState, someTime } from '../support/state-fixture.ts';

const beside = (fate: object = {}): JobState =>
  someState({
    phase: 'DUAL_RUNNING',
    candidateSince: '2026-01-02T03:04:05.000Z',
    generations: [
      someGeneration(3, {
        candidate: true,
        revision: 4,
        spec: smallSpec({ upgrade: { strategy: 'blueGreen', ...fate } }),
      }),
      someGeneration(2, { revision: 3 }),
    ],
  });

describe('what becomes of a candidate', () => {
  test.each([
    ['a person decides', {}, undefined],
    ['it is promoted by itself', { promoteAfter: '1h' }, { operation: 'promote', at: '2026-01-02T04:04:05.000Z' }],
    ['it is discarded by itself', { discardAfter: '30d' }, { operation: 'discard', at: '2026-02-01T03:04:05.000Z' }],
  ])('%s', (_title, fate, due) => {
    expect(candidateDue(beside(fate))).toEqual(due);
  });

  test('is left to people once its verdict has failed', () => {
    expect(candidateDue({ ...beside({ promoteAfter: '1h' }), candidateIsStuck: true })).toBeUndefined();
  });

  test('is not asked while an operation goes on', () => {
    const promoting = { ...beside({ promoteAfter: '1h' }), phase: 'PROMOTING' as const };
    expect(waitingCandidate(promoting)).toBeUndefined();
    expect(candidateDue(promoting)).toBeUndefined();
  });
});

describe('what is promoted', () => {
  const [marked, job] = [someGeneration(3, { candidate: true }), someGeneration(2)];
  const unmarked = someGeneration(3);

  test.each([
    ['is the candidate', [marked, job], [marked, job], marked],
    [
      'is what a lost operation promoted before, though only the job beside it answers',
      [unmarked, job],
      [marked, job],
      unmarked,
    ],
    ['is the newest where the job knows of none', [job, unmarked], [job], unmarked],
    ['is nothing where nothing is there', [], [marked, job], undefined],
  ])('%s', (_title, now, known, chosen) => expect(toPromote(now, known)).toEqual(chosen));

  test.each([
    ['was so by a lost operation where it was the candidate, and is marked no more', unmarked, [marked, job], true],
    ['was not yet where it is marked', marked, [marked, job], false],
    ['was not where the job knows of no candidate', unmarked, [unmarked, job], false],
    ['was not where another one is the candidate', job, [marked, job], false],
  ])('%s', (_title, chosen, known, isThrough) => expect(wasPromoted(chosen, known)).toBe(isThrough));

  test('but not to the end is the candidate all the same', () => {
    expect(markedAsKnown([unmarked, job], [marked, job])).toEqual([marked, job]);
    expect(markedAsKnown([unmarked, job], [job])).toEqual([unmarked, job]);
  });
});

test('people see the job and its candidate', () => {
  const view = viewOf(beside({ discardAfter: '1h' }), someTime);
  expect(view.generation).toMatchObject({ number: 2, revision: 3 });
  expect(view.candidate).toMatchObject({ number: 3, revision: 4, since: someTime, due: { operation: 'discard' } });
  expect(viewOf(someState(), someTime).candidate).toBeUndefined();
});
