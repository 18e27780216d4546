/** What is told while an operation runs of a generation that the job does not know yet. */
import { expect, test } from '@jest/globals';
import type { JobState } from '../../../core/job-state.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { concludeTrouble } from '../../../core/recovery/mending.ts';
import { heardOf, heardUnplaced, isToBeJudged } from '../../../core/recovery/trouble.ts';
import { found } from '../../support/findings.ts';
import { causedBy, jobIs, observation } from '../../support/observation-fixture.ts';
import { someGeneration, someOperation, someState, someTime } from '../../support/state-fixture.ts';

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };
const upgrade = someOperation(9, 'upgrade');
const ofNew = { generation: 3, submission: 18 };
const left = { uid: 'zzzzzzzz', generation: 7, submission: 4 };
const goneBackTo = { generation: 4, submission: 19 };
let seq = 0;

function hear(state: JobState, seen: Partial<Observation>): boolean {
  seq += 1;
  const order = { attemptMs: 1_000, seq, elapsedMs: 0 };
  const finding = found(seen);
  return heardOf(state, { observation: observation({ order, ...seen }), ...(finding && { finding }) }, someTime);
}

function upgrading(): JobState {
  const generations = [someGeneration(3, { submission: 18 }), someGeneration(2)];
  return someState({ running: upgrade, phase: 'UPGRADING', generations });
}

/** It has ended, and that runs the job. */
function ends(state: JobState, of: Partial<Observation>): void {
  const { uid = 'abcdefgh', generation = 0, submission = 0 } = of;
  const active = someGeneration(generation, { submission });
  const generations = [{ ...active, identity: { ...active.identity, uid } }];
  Object.assign(state, { running: undefined, phase: 'RUNNING', generations });
  concludeTrouble(state, upgrade);
}

test.each([
  ['a job that was left behind, and is adopted', left],
  ['what it goes back to in a generation of its own', goneBackTo],
])('what is told of %s is judged when it has ended', (_title, of) => {
  const state = upgrading();
  expect(hear(state, { ...failed, ...of })).toBe(false);
  hear(state, { ...jobIs('RUNNING'), ...ofNew });
  const { heard } = state;
  ends(state, of);
  expect(heardUnplaced(state, someTime)).toBe(true);
  expect(isToBeJudged(state)).toBe(true);
  const trouble = { of: { generation: of.generation }, finding: { reason: 'JOB_FAILED' } };
  expect(state).toMatchObject({ heard, trouble });
  expect(state.unplaced).toBeUndefined();
});

test('the newest counts of each generation, and of the two newest alone', () => {
  const state = upgrading();
  hear(state, { ...failed, ...goneBackTo });
  for (const generation of [8, 9]) hear(state, { ...failed, ...left, generation });
  expect(state.unplaced?.map(({ observation: { generation } }) => generation)).toEqual([8, 9]);
  hear(state, { ...failed, ...goneBackTo });
  hear(state, { ...jobIs('RUNNING'), ...goneBackTo });
  ends(state, goneBackTo);
  expect(heardUnplaced(state, someTime)).toBe(false);
  expect(state.trouble).toBeUndefined();
});

test('what is not the job in the end is forgotten', () => {
  const state = upgrading();
  hear(state, { ...failed, ...left });
  ends(state, ofNew);
  expect(heardUnplaced(state, someTime)).toBe(false);
  expect([state.trouble, state.unplaced]).toEqual([undefined, undefined]);
});

test('without an operation nothing is kept of what is not the job', () => {
  const state = someState();
  hear(state, { ...failed, ...left });
  expect(state.unplaced).toBeUndefined();
});
