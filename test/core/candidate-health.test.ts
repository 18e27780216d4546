import { describe, expect, test } from '@jest/globals';
import { candidateDue } from '../../core/candidate.ts';
import {
  candidateJudgement,
  candidateMending,
  concludeMending,
  heardOfCandidate,
  isCandidateToBeJudged,
  takeCandidateDecision,
} from '../../core/candidate-health.ts';
import type { JobState } from '../../core/job-state.ts';
import { viewOf } from '../../core/job-view.ts';
import type { Observation } from '../../core/observation/observation.ts';
import { decideRecovery } from '../../core/recovery/decision.ts';
import { heardOf, isToBeJudged } from '../../core/recovery/trouble.ts';
import { found, type SpecChange } from '../support/findings.ts';
import { causedBy, jobIs, observation, restartsAgo } from '../support/observation-fixture.ts';
import { smallSpec, someGeneration, someOperation, someState, someTime } from '../support/state-fixture.ts';

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };
const failure = { code: 'TASKS_NOT_RUNNING', message: 'No task ran.', cure: 'See.' } as const;
const nowMs = Date.parse(someTime) + 60_000;
const later = new Date(nowMs).toISOString();
let seq = 0;

/** A job that runs as generation 2, with generation 3 beside it. */
function beside(spec: SpecChange = {}, change: Partial<JobState> = {}): JobState {
  const candidate = someGeneration(3, {
    candidate: true,
    revision: 4,
    submission: 10,
    spec: smallSpec({ upgrade: { strategy: 'blueGreen', promoteAfter: '1h', stableAfter: '30s' }, ...spec }),
    restoreFrom: 'file:/savepoint',
  });
  const generations = [candidate, someGeneration(2, { revision: 3 })];
  return someState({ phase: 'DUAL_RUNNING', candidateSince: someTime, generations, ...change });
}

function signal(seen: Partial<Observation>, spec: SpecChange = {}) {
  seq += 1;
  const order = { attemptMs: 1_000, seq, elapsedMs: 0 };
  const ofIt = { generation: 3, submission: 10, order, ...seen };
  const finding = found(ofIt, spec);
  return { observation: observation(ofIt), ...(finding && { finding }) };
}

function hear(state: JobState, seen: Partial<Observation>, spec: SpecChange = {}, now = someTime): boolean {
  return heardOfCandidate(state, signal(seen, spec), now);
}

/** @returns whether the candidate is given up. */
function judge(state: JobState): boolean {
  const { trouble } = state.candidateHealth ?? {};
  if (!trouble) throw new Error('nothing is wrong');
  return takeCandidateDecision(state, trouble, decideRecovery(candidateJudgement(state, trouble, nowMs)));
}

function attempted(state: JobState, change: Partial<JobState>, ended: object = {}, isUnasked = false): void {
  const mends = candidateMending(state);
  if (!mends) throw new Error('nothing was decided');
  Object.assign(state, change);
  const operation = someOperation(9, 'revive');
  concludeMending(
    state,
    { ...operation, record: { ...operation.record, endedAt: later, ...ended }, mends },
    { now: later, isUnasked },
  );
}

describe('what is seen of a candidate', () => {
  test('is shown as its own, and says nothing of the job', () => {
    const state = beside();
    expect(hear(state, { ...failed, ...restartsAgo(40, 20) })).toBe(true);
    expect(state).toMatchObject({ phase: 'DUAL_RUNNING' });
    expect(state.trouble).toBeUndefined();
    expect(isToBeJudged(state)).toBe(false);
    const { candidate, trouble } = viewOf(state, someTime);
    expect(trouble).toBeUndefined();
    expect(candidate).toMatchObject({
      startedFrom: 'file:/savepoint',
      seen: { state: 'FAILED', restarts: 2, checkpoint: { id: 7 }, failure: { message: expect.stringMatching(/IO/) } },
      trouble: { reason: 'JOB_FAILED', next: 'undecided' },
    });
  });

  test('is not taken for the job, nor the job for it', () => {
    const state = beside();
    expect(heardOf(state, signal(failed), someTime)).toBe(false);
    expect(hear(state, { ...failed, generation: 2, submission: 1 })).toBe(false);
    expect([state.trouble, state.candidateHealth]).toEqual([undefined, undefined]);
  });

  test.each<[string, Partial<Observation>]>([
    ['of another submission', { submission: 7 }],
    ['of another job of the name', { uid: 'zzzzzzzz' }],
    ['older than what is known', { order: { attemptMs: 1, seq: 99, elapsedMs: 0 } }],
  ])('counts for nothing when it is %s', (_title, change) => {
    const state = beside();
    hear(state, jobIs('RUNNING'));
    expect(hear(state, { ...failed, ...change })).toBe(false);
    expect(state.candidateHealth?.trouble).toBeUndefined();
  });

  test('counts while the upgrade that brings it up has not ended', () => {
    const state = beside({}, { phase: 'UPGRADING', candidateSince: undefined, running: someOperation(5, 'upgrade') });
    expect(hear(state, failed)).toBe(true);
    expect(isCandidateToBeJudged(state)).toBe(false);
    Object.assign(state, { phase: 'DUAL_RUNNING', candidateSince: someTime, running: undefined });
    expect(isCandidateToBeJudged(state)).toBe(true);
  });

  test('is over when it is well', () => {
    const state = beside();
    hear(state, jobIs('RESTARTING'));
    hear(state, jobIs('RUNNING'), {}, later);
    expect(state.candidateHealth).toMatchObject({ wellSince: later, seen: { state: 'RUNNING' } });
    expect(state.candidateHealth?.trouble).toBeUndefined();
  });

  test('is no trouble where it has finished', () => {
    const state = beside();
    hear(state, jobIs('FINISHED'));
    expect(viewOf(state, someTime).candidate).toMatchObject({ seen: { state: 'FINISHED' } });
    expect(isCandidateToBeJudged(state)).toBe(false);
  });
});

describe('a candidate that breaks', () => {
  test.each<[string, Partial<Observation>, string]>([
    ['has failed', failed, 'JOB_FAILED'],
    ['is not known to its JobManager', jobIs('absent', 600), 'JOB_VANISHED'],
    ['has had its objects deleted', { missing: ['ConfigMap orders-abcdefgh-3'] }, 'OBJECTS_DELETED'],
  ])('is brought back where it %s', (_title, seen, reason) => {
    const state = beside();
    hear(state, seen);
    expect(judge(state)).toBe(false);
    expect(state).toMatchObject({
      phase: 'DUAL_RUNNING',
      candidateHealth: { trouble: { finding: { reason }, dueAt: later } },
    });
    expect(candidateMending(state)).toMatchObject({
      isCandidate: true,
      of: { generation: 3 },
      revision: { number: 4 },
    });
    expect(viewOf(state, someTime).candidate?.trouble?.next).toBe('shown');
  });

  test('has a budget of its own', () => {
    const state = beside({}, { attempts: [0, 1, 2, 3, 4].map(() => someAttempt) });
    hear(state, failed);
    expect(judge(state)).toBe(false);
    attempted(state, { generations: [someGeneration(4, { candidate: true }), someGeneration(2)] });
    expect(state.attempts).toHaveLength(5);
    expect(state.candidateHealth).toMatchObject({
      generation: 4,
      wellSince: later,
      attempts: [{ hasSucceeded: true }],
    });
    expect(state.candidateHealth?.trouble).toBeUndefined();
  });

  test('again while it is brought back is judged at the end of that', () => {
    const state = beside();
    hear(state, failed);
    judge(state);
    const beforehand = { ...state.candidateHealth };
    const next = someGeneration(4, { candidate: true, submission: 18 });
    state.generations = [next, ...state.generations];
    state.running = someOperation(9, 'revive');
    hear(state, { ...failed, generation: 4, submission: 18 });
    expect(hear(state, jobIs('RUNNING'))).toBe(false);
    const { trouble } = beforehand;
    if (!trouble) throw new Error('nothing was wrong');
    const { finding, of, since } = trouble;
    Object.assign(state, { running: undefined, generations: [next, someGeneration(2)] });
    const revision = { number: 4, spec: smallSpec(), specHash: 'h' };
    concludeMending(
      state,
      { ...someOperation(9, 'revive'), mends: { finding, of, since, action: 'restart', revision, isCandidate: true } },
      { now: later },
    );
    expect(isCandidateToBeJudged(state)).toBe(true);
  });

  test('is given up when its budget is used, and says why and what to do', () => {
    const state = beside({ recovery: { attempts: 2 } });
    hear(state, failed);
    for (let tried = 0; tried < 2; tried += 1) {
      expect(judge(state)).toBe(false);
      attempted(state, {}, { failure });
    }
    expect(judge(state)).toBe(true);
    expect(state).toMatchObject({
      phase: 'DUAL_RUNNING',
      candidateHealth: {
        trouble: { isGivenUp: true },
        lost: {
          code: 'NOT_BROUGHT_BACK',
          message: expect.stringMatching(/candidate of revision 4 was discarded.* 2 attempts .*No task ran/),
          cure: expect.stringMatching(/apply the spec again/),
        },
      },
    });
    expect(state.failure).toBeUndefined();
  });

  test('is not given up for attempts that reached nobody', () => {
    const state = beside({ recovery: { attempts: 2 } });
    hear(state, failed);
    const silent = { failure: { code: 'CLUSTER_SILENT', message: 'Nobody did it.', cure: 'See.' } };
    for (let tried = 0; tried < 9; tried += 1) {
      expect(judge(state)).toBe(false);
      attempted(state, {}, silent, true);
    }
    expect(state.candidateHealth?.attempts).toMatchObject([{ unasked: 9 }]);
    for (let tried = 0; tried < 2; tried += 1) {
      expect(judge(state)).toBe(false);
      attempted(state, {}, { failure });
    }
    expect(judge(state)).toBe(true);
    expect(state.candidateHealth?.lost?.message).toMatch(/ 2 attempts to bring it back/);
  });

  test('stays for a look where its spec wants nothing done', () => {
    const state = beside({ recovery: { policy: 'never' } });
    hear(state, failed);
    expect(judge(state)).toBe(false);
    expect(state.candidateHealth).toMatchObject({ trouble: { isGivenUp: true } });
    expect(state.candidateHealth?.lost).toBeUndefined();
    expect(isCandidateToBeJudged(state)).toBe(false);
  });

  test('goes where somebody has canceled it in Flink', () => {
    const state = beside();
    hear(state, jobIs('CANCELED'));
    expect(judge(state)).toBe(true);
    expect(state.candidateHealth?.lost?.code).toBe('JOB_CANCELED_OUTSIDE');
  });

  test('waits while the job itself is brought back, and an attempt that gave way to that is none', () => {
    const state = beside({}, { phase: 'RECOVERING' });
    hear(state, failed);
    expect(isCandidateToBeJudged(state)).toBe(false);
    state.phase = 'DUAL_RUNNING';
    judge(state);
    attempted(state, {}, { failure: { ...failure, code: 'ABORTED' } });
    expect(state.candidateHealth?.attempts ?? []).toEqual([]);
    expect(isCandidateToBeJudged(state)).toBe(true);
  });
});

const someAttempt = {
  sinceMs: nowMs - 1000,
  atMs: nowMs - 1000,
  endedAtMs: nowMs - 500,
  hasSucceeded: false,
  reason: 'JOB_FAILED',
  action: 'restart',
  message: 'm',
} as const;

describe('by itself a candidate is promoted', () => {
  test('at its time, as long as it is well', () => {
    const state = beside();
    hear(state, jobIs('RUNNING'));
    expect(candidateDue(state)).toEqual({ operation: 'promote', at: '2026-01-02T04:04:05.000Z' });
  });

  test('not while something is wrong with it', () => {
    const state = beside();
    hear(state, jobIs('RESTARTING'));
    expect(candidateDue(state)).toBeUndefined();
  });

  test('not before it has been well again for as long as an upgrade asks for', () => {
    const state = beside();
    hear(state, failed);
    hear(state, jobIs('RUNNING'), {}, '2026-01-02T05:00:00.000Z');
    expect(candidateDue(state)).toEqual({ operation: 'promote', at: '2026-01-02T05:00:30.000Z' });
  });

  test('but is never discarded by itself while the job does not run', () => {
    const upgrade = { strategy: 'blueGreen', discardAfter: '1h' } as const;
    expect(candidateDue(beside({ upgrade }))).toMatchObject({ operation: 'discard' });
    expect(candidateDue(beside({ upgrade }, { phase: 'FAILED' }))).toBeUndefined();
  });
});
