/** What is still heard of a job about which something was decided already. */
import { describe, expect, test } from '@jest/globals';
import type { JobState } from '../../../core/job-state.ts';
import type { OperationKind } from '../../../core/operation-kinds.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { decideRecovery } from '../../../core/recovery/decision.ts';
import {
  hasLostSome,
  heardGone,
  heardOf,
  isToBeJudged,
  judgementOf,
  takeDecision,
  type Hears,
} from '../../../core/recovery/trouble.ts';
import { found } from '../../support/findings.ts';
import { ago, jobIs, observation, troubled } from '../../support/observation-fixture.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { smallSpec, someOperation, someState, someTime } from '../../support/state-fixture.ts';

const nowMs = Date.parse(someTime) + 60_000;

const earlierRelease: Hears = { mayRise: () => false, isUpBeside: () => false };

function hear(state: JobState, seen: Partial<Observation>, hears?: Hears): boolean {
  const order = { attemptMs: 1_000, seq: (state.heard?.seq ?? 0) + 1, elapsedMs: 0 };
  const finding = found(seen);
  return heardOf(state, { observation: observation({ order, ...seen }), ...(finding && { finding }) }, someTime, hears);
}

function judge(state: JobState): void {
  if (!state.trouble) throw new Error('nothing is wrong');
  takeDecision(state, state.trouble, decideRecovery(judgementOf(state, state.trouble, nowMs)));
}

function givenUp(): JobState {
  const attempts = [0, 1, 2, 3, 4].map((at) => attempt(nowMs / 1000 - 300 + at));
  const state = someState({ attempts });
  hear(state, jobIs('FAILED'));
  judge(state);
  return state;
}

const killed = { name: 'tm', isReady: true, ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(60) } };
const upThough = { ...jobIs('RUNNING'), ...troubled('taskmanager', killed) };

describe('a job that was given up', () => {
  test('runs again where Flink brought it back, though something is to be shown of it', () => {
    const state = givenUp();
    expect(state.phase).toBe('FAILED');
    expect(hear(state, upThough)).toBe(true);
    judge(state);
    expect(state).toMatchObject({ phase: 'RUNNING', trouble: { finding: { reason: 'POD_OUT_OF_MEMORY' } } });
    expect(state.failure).toBeUndefined();
    expect(state.attempts).toHaveLength(5);
  });

  test('is given up again where it fails again: its attempts still count', () => {
    const state = givenUp();
    hear(state, upThough);
    judge(state);
    hear(state, jobIs('FAILED'));
    judge(state);
    expect(state).toMatchObject({
      phase: 'FAILED',
      failure: { code: 'NOT_BROUGHT_BACK' },
      trouble: { isGivenUp: true },
    });
  });

  test('is left as an earlier release left it where that has decided', () => {
    const state = givenUp();
    expect(hear(state, upThough, earlierRelease)).toBe(false);
    expect(state).toMatchObject({ phase: 'FAILED', trouble: { isGivenUp: true } });
  });

  test.each<[string, Partial<Observation>]>([
    ['is only on its way', jobIs('RESTARTING')],
    ['is not known to its JobManager any more', jobIs('absent')],
  ])('stays so while it %s', (_what, seen) => {
    const state = givenUp();
    expect(hear(state, seen)).toBe(false);
    expect(state.phase).toBe('FAILED');
  });
});

/** It is on its way up again, and that operation has begun. */
function recovering(kind: OperationKind): JobState {
  const state = someState();
  hear(state, jobIs('FAILED'));
  judge(state);
  state.running = someOperation(5, kind);
  return state;
}

describe('a job that comes up while an operation runs', () => {
  test.each<OperationKind>(['heal', 'savepoint', 'dispose', 'revive'])('is up beside %s', (kind) => {
    const state = recovering(kind);
    expect(state.phase).toBe('RECOVERING');
    expect(hear(state, {})).toBe(true);
    expect(state).toMatchObject({ phase: 'RUNNING', trouble: undefined });
  });

  test('is what that says where it changes the job', () => {
    const state = recovering('recover');
    expect(hear(state, {})).toBe(true);
    expect(state).toMatchObject({ phase: 'RECOVERING', trouble: undefined });
  });

  test('is left as an earlier release left it, and is up as soon as this one hears that it is', () => {
    const state = recovering('heal');
    expect(hear(state, {}, earlierRelease)).toBe(true);
    state.running = undefined;
    expect(hear(state, {}, earlierRelease)).toBe(false);
    expect(state.phase).toBe('RECOVERING');
    expect(hear(state, {})).toBe(true);
    expect(state.phase).toBe('RUNNING');
  });
});

describe('that nothing of a job is there', () => {
  test('is news though some of it was known to be deleted, which was only shown', () => {
    const state = someState();
    hear(state, { missing: ['Service a'] });
    judge(state);
    expect(state).toMatchObject({ phase: 'RUNNING', trouble: { isJudged: true } });
    expect(hasLostSome(state)).toBe(true);
    expect(heardGone(state, { uid: 'abcdefgh', generation: 2 }, someTime)).toBe(true);
    expect(isToBeJudged(state)).toBe(true);
    judge(state);
    expect(state).toMatchObject({ phase: 'RECOVERING', trouble: { action: 'restartCluster' } });
  });

  test('is no news again', () => {
    const state = someState();
    const gone = { uid: 'abcdefgh', generation: 2 };
    heardGone(state, gone, someTime);
    expect(hasLostSome(state)).toBe(false);
    expect(heardGone(state, gone, someTime)).toBe(false);
  });
});

describe('since when something is wrong', () => {
  const earlier = '2025-01-01T00:01:00.000Z';
  const failing = { checkpoints: { intervalMs: 10_000, failures: 5 } };
  const shown = { missing: ['Service a'] };
  const failed = jobIs('FAILED');

  /** A job in this trouble for long. */
  function inTrouble(seen: Partial<Observation>, change: Partial<JobState> = {}): JobState {
    const state = someState(change);
    hear(state, seen);
    if (state.trouble) state.trouble = { ...state.trouble, since: earlier };
    return state;
  }

  test.each<[string, Partial<Observation>, Partial<Observation>, string]>([
    ['goes on where it has ended a job, and may be its revision’s fault', failing, failed, earlier],
    ['begins anew where what was before was only shown, and the job ran', shown, failed, someTime],
    ['begins anew, too, where the job runs on and its revision may be at fault', shown, failing, someTime],
    ['goes on where what comes is only shown', failing, shown, earlier],
  ])('%s', (_title, before, seen, since) => {
    const state = inTrouble(before);
    hear(state, seen);
    expect(state.trouble?.since).toBe(since);
  });

  test('begins anew where it went away while something else was shown: days after its upgrade nothing is rolled back', () => {
    const from = { number: 1, spec: smallSpec(), specHash: 'before' };
    const state = inTrouble(failing, { upgraded: { at: '2025-01-01T00:00:00.000Z', from } });
    for (const seen of [shown, failing, failed]) hear(state, seen);
    judge(state);
    expect(state.trouble).toMatchObject({ since: someTime, action: 'restart' });
  });
});
