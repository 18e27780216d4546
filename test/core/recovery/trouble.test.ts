import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../core/observation/observation.ts';
import { hasCheckpoint, type Generation } from '../../../core/generation.ts';
import type { JobState, QueuedOperation } from '../../../core/job-state.ts';
import { decideRecovery } from '../../../core/recovery/decision.ts';
import { concludeTrouble, isCanceledWhileMended, type Mending } from '../../../core/recovery/mending.ts';
import {
  broughtBack,
  heardGone,
  heardOf,
  isToBeJudged,
  judgementOf,
  takeDecision,
} from '../../../core/recovery/trouble.ts';
import { found, type SpecChange } from '../../support/findings.ts';
import { ago, causedBy, jobIs, observation } from '../../support/observation-fixture.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { someGeneration, someOperation, someState, someTime, smallSpec } from '../../support/state-fixture.ts';

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };
const failure = { code: 'CLUSTER_SILENT', message: 'Nobody answers.', cure: 'See.' } as const;
const nowMs = Date.parse(someTime) + 60_000;
let seq = 0;

function hear(state: JobState, seen: Partial<Observation>, spec: SpecChange = {}): boolean {
  seq += 1;
  const order = { attemptMs: 1_000, seq, elapsedMs: 0 };
  const finding = found(seen, spec);
  return heardOf(state, { observation: observation({ order, ...seen }), ...(finding && { finding }) }, someTime);
}

function judge(state: JobState): void {
  if (!state.trouble) throw new Error('nothing is wrong');
  takeDecision(state, state.trouble, decideRecovery(judgementOf(state, state.trouble, nowMs)));
}

function mending(state: JobState): Mending {
  const { trouble } = state;
  if (!trouble?.action) throw new Error('nothing was decided');
  const { finding, of, since, action } = trouble;
  return { finding, of, since, action, revision: broughtBack(state, trouble) };
}

/** Carries out what was decided, with this end. */
function attempted(state: JobState, change: Partial<JobState>, ended: object = {}): void {
  const mends = mending(state);
  Object.assign(state, change);
  const operation = someOperation(9, 'recover');
  const record = { ...operation.record, endedAt: someTime, ...ended };
  concludeTrouble(state, { ...operation, record, mends }, { staysCanceled: true });
}

function given(): JobState {
  const state = someState({ attempts: [0, 1, 2, 3, 4].map((at) => attempt(nowMs / 1000 - 300 + at)) });
  hear(state, failed);
  judge(state);
  return state;
}

/** A failed job whose recovery is decided. */
function due(change: Partial<JobState> = {}): JobState {
  const state = someState(change);
  hear(state, failed);
  judge(state);
  return state;
}

describe('what agents see', () => {
  test('is taken in once, and judged', () => {
    const state = someState();
    expect(hear(state, failed)).toBe(true);
    expect(hear(state, failed)).toBe(false);
    expect(isToBeJudged(state)).toBe(true);
    judge(state);
    expect(state).toMatchObject({ phase: 'RECOVERING', trouble: { action: 'restart', dueAt: expect.any(String) } });
    expect(isToBeJudged(state)).toBe(false);
  });

  test('is judged anew when it becomes something else, and counts from its beginning', () => {
    const state = someState();
    hear(state, jobIs('RESTARTING'));
    judge(state);
    expect(state).toMatchObject({ phase: 'RUNNING', trouble: { since: someTime, isJudged: true } });
    hear(state, failed);
    expect(isToBeJudged(state)).toBe(true);
  });

  test.each<[string, Partial<Observation>]>([
    ['of another submission', { submission: 7 }],
    ['of another generation', { generation: 7 }],
    ['of an attempt that came back from a pause', { order: { attemptMs: 1, seq: 99, elapsedMs: 0 } }],
  ])('counts for nothing when it is %s', (_title, change) => {
    const state = someState();
    hear(state, jobIs('RUNNING'));
    expect(hear(state, { ...failed, ...change })).toBe(false);
    expect(state.trouble).toBeUndefined();
  });

  test.each(['SUSPENDED', 'CANCELED', 'FINISHED', 'FAILED'] as const)('is no news of a job that is %s', (phase) => {
    const state = someState({ phase });
    expect(hear(state, failed)).toBe(false);
  });

  test('says that the job has completed a checkpoint, which is remembered of that submission', () => {
    const state = someState();
    hear(state, { checkpoints: { intervalMs: 10_000, failures: 0 } });
    expect(state.generations.some(hasCheckpoint)).toBe(false);
    hear(state, {});
    expect(state.generations.every(hasCheckpoint)).toBe(true);
    hear(state, jobIs('FINISHED'));
    judge(state);
    expect(state.generations.some(hasCheckpoint)).toBe(false);
  });

  test.each([
    ['has finished needs what it was started from no more', 'FINISHED', undefined],
    ['was canceled still does: it is resumed from there', 'CANCELED', 's3://b/savepoint-1'],
  ] as const)('of a job without checkpoints that %s', (_title, phase, startedFrom) => {
    const state = someState({ startedFrom: 's3://b/savepoint-1' });
    hear(state, { ...jobIs(phase), checkpoints: { intervalMs: 10_000, failures: 0 } });
    judge(state);
    expect({ phase: state.phase, startedFrom: state.startedFrom }).toEqual({ phase, startedFrom });
  });

  test('is over when the job is well, and what went wrong before it stays', () => {
    const state = someState({ failure });
    hear(state, jobIs('RESTARTING'));
    judge(state);
    hear(state, jobIs('RUNNING'));
    expect(state).toMatchObject({ phase: 'RUNNING', failure });
    expect(state.trouble).toBeUndefined();
  });
});

describe('while an operation runs', () => {
  const upgrade = someOperation(9, 'upgrade');
  const upgrading = (change: Partial<Generation> = {}) =>
    someState({
      running: upgrade,
      phase: 'UPGRADING',
      generations: [someGeneration(3, { submission: 18, ...change }), someGeneration(2)],
    });
  const ofNew = { generation: 3, submission: 18 };

  test('what it brings about may break before it has ended: it is judged then', () => {
    const state = upgrading();
    hear(state, { ...failed, ...ofNew });
    hear(state, jobIs('CANCELED'));
    expect(state.trouble).toMatchObject({ of: ofNew, finding: { reason: 'JOB_FAILED' } });
    Object.assign(state, {
      running: undefined,
      phase: 'RUNNING',
      generations: [someGeneration(3, { submission: 18 })],
    });
    concludeTrouble(state, upgrade);
    expect(isToBeJudged(state)).toBe(true);
  });

  test('so may what it rolls back to, with a submission of its own', () => {
    const state = upgrading();
    hear(state, { ...failed, submission: 19 });
    Object.assign(state, {
      running: undefined,
      phase: 'RUNNING',
      generations: [someGeneration(2, { submission: 19 })],
    });
    concludeTrouble(state, { ...upgrade, record: { ...upgrade.record, failure } });
    expect(isToBeJudged(state)).toBe(true);
  });

  test('a candidate is not the job', () => {
    const state = upgrading({ candidate: true });
    expect(hear(state, { ...failed, ...ofNew })).toBe(false);
  });

  test('what is over with one submission is not with another', () => {
    const state = upgrading();
    hear(state, failed);
    hear(state, { ...jobIs('RUNNING'), ...ofNew });
    expect(state.trouble).toMatchObject({ finding: { reason: 'JOB_FAILED' } });
  });
});

describe('a job that is given up', () => {
  test('is FAILED for good, whatever else is seen of it', () => {
    const state = given();
    expect(state).toMatchObject({
      phase: 'FAILED',
      failure: { code: 'NOT_BROUGHT_BACK' },
      trouble: { isGivenUp: true },
    });
    expect(hear(state, jobIs('absent'))).toBe(false);
    expect(isToBeJudged(state)).toBe(false);
  });

  test('runs again where Flink brought it back', () => {
    const state = given();
    expect(hear(state, jobIs('RUNNING'))).toBe(true);
    expect(state.phase).toBe('RUNNING');
    expect(state.failure).toBeUndefined();
  });

  test('is CANCELED where somebody canceled what Flink still tried', () => {
    const state = given();
    hear(state, jobIs('CANCELED'));
    judge(state);
    expect(state).toMatchObject({ phase: 'CANCELED', failure: { code: 'JOB_CANCELED_OUTSIDE' } });
  });
});

describe('an attempt', () => {
  test('that brought the job back is remembered, and the trouble is over', () => {
    const state = due();
    attempted(state, { phase: 'RUNNING', generations: [someGeneration(3)] });
    expect(state.trouble).toBeUndefined();
    expect(state.attempts).toMatchObject([{ hasSucceeded: true, action: 'restart', reason: 'JOB_FAILED' }]);
  });

  test('that failed is followed by another, though nothing is left that could be observed', () => {
    const state = due();
    attempted(state, { phase: 'FAILED', generations: [] }, { failure });
    expect(state.phase).toBe('RECOVERING');
    expect(isToBeJudged(state)).toBe(true);
    judge(state);
    expect(state).toMatchObject({ phase: 'RECOVERING', trouble: { action: 'restartCluster' } });
    expect(state.attempts).toMatchObject([{ hasSucceeded: false, outcome: 'Nobody answers.' }]);
  });

  test('that no repetition mends is the last', () => {
    const state = due();
    const incompatible = { ...failure, code: 'STATE_INCOMPATIBLE' };
    attempted(state, { phase: 'FAILED', generations: [] }, { failure: incompatible });
    judge(state);
    expect(state).toMatchObject({ phase: 'FAILED', failure: { code: 'STATE_INCOMPATIBLE' } });
  });

  test('that a person gave up is the last, and says so', () => {
    const state = due();
    attempted(state, { phase: 'FAILED' }, { failure: { ...failure, code: 'ABORTED' } });
    expect(state).toMatchObject({ phase: 'FAILED', failure: { message: expect.stringContaining('given up') } });
    expect(isToBeJudged(state)).toBe(false);
  });

  test('that gave way to a newer spec leaves the rest to that', () => {
    const state = due();
    attempted(state, { phase: 'FAILED', queue: [someOperation(10)] }, { failure: { ...failure, code: 'ABORTED' } });
    expect(state.trouble).toBeUndefined();
  });

  test('brings back what ran, and not a newer revision that has failed', () => {
    const state = due({ generations: [someGeneration(2, { revision: 2, specHash: 'h2' })] });
    expect(mending(state).revision).toMatchObject({ number: 2, specHash: 'h2' });
  });

  test('soon after an upgrade goes back to the revision before, and says so', () => {
    const from = { number: 1, spec: smallSpec(), specHash: 'h1' };
    const state = due({ upgraded: { at: someTime, from } });
    expect(mending(state)).toMatchObject({ action: 'rollBack', revision: { number: 1 } });
    attempted(state, { phase: 'RUNNING', generations: [someGeneration(3, { revision: 1 })] });
    expect(state.failure?.message).toMatch(
      /IOException\. Soon after its upgrade, the job was rolled back to revision 1\./,
    );
    expect(state.upgraded).toBeUndefined();
  });

  test('that failed to go back is tried again within the budget, and not at once for ever', () => {
    const from = { number: 1, spec: smallSpec(), specHash: 'h1' };
    const state = due({ upgraded: { at: someTime, from } });
    attempted(state, { phase: 'FAILED', generations: [] }, { failure });
    judge(state);
    expect(mending(state)).toMatchObject({ action: 'restartCluster', revision: { number: 1 } });
    expect(Date.parse(state.trouble?.dueAt ?? '')).toBeGreaterThanOrEqual(nowMs);
    for (let tried = 1; tried < 5; tried += 1) {
      attempted(state, { phase: 'FAILED', generations: [] }, { failure });
      judge(state);
    }
    expect(state).toMatchObject({ phase: 'FAILED', failure: { code: 'NOT_BROUGHT_BACK' } });
  });

  test('with more memory makes a spec for it', () => {
    const spec: SpecChange = { recovery: { memory: { max: '4Gi' } } };
    const state = someState({ generations: [someGeneration(2, { spec: smallSpec(spec) })] });
    const pods = observation().pods;
    const killed = {
      name: 'tm',
      isReady: false,
      container: 'flink-main-container',
      ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(1) },
    };
    hear(
      state,
      { ...jobIs('RESTARTING'), pods: { ...pods, taskmanager: { ...pods.taskmanager, ready: 1, troubled: [killed] } } },
      spec,
    );
    judge(state);
    const raised = state.trouble?.brings?.spec.spec.taskManager.resources;
    expect(raised).not.toEqual(smallSpec(spec).spec.taskManager.resources);
    expect(state.trouble).toMatchObject({
      action: 'raiseMemory',
      brings: { specHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test.each(['NOT_SCHEDULABLE', 'OBJECTS_REFUSED'] as const)(
    'with more memory that ends as %s goes back to the memory of before, and says so',
    (code) => {
      const former = { number: 1, spec: smallSpec(), specHash: 'former' };
      const state = due();
      const mends = { ...mending(state), former, action: 'raiseMemory' as const };
      mends.finding = { ...mends.finding, memory: { process: 'taskManager', from: '1Gi', to: '1536Mi' } };
      const ended = { ...someOperation(9, 'recover').record, endedAt: someTime, failure: { ...failure, code } };
      Object.assign(state, { phase: 'FAILED', generations: [], running: undefined });
      concludeTrouble(state, { ...someOperation(9, 'recover'), record: ended, mends });
      judge(state);
      expect(state.attempts).toMatchObject([{ hasSucceeded: false, hadNoRoom: true }]);
      expect(state.trouble).toMatchObject({
        action: 'restartCluster',
        brings: { spec: former.spec, specHash: 'former' },
        finding: { failure: { message: expect.stringContaining('with the 1Gi of before, for 1536Mi find no room') } },
      });
    },
  );

  test('that somebody ended by canceling the job in Flink is the last, and leaves it canceled', () => {
    const state = due();
    attempted(state, { phase: 'FAILED', generations: [] }, { failure: { ...failure, code: 'JOB_CANCELED_OUTSIDE' } });
    expect(state).toMatchObject({ phase: 'CANCELED', failure: { code: 'JOB_CANCELED_OUTSIDE' } });
    expect(state.trouble).toBeUndefined();
    expect(isToBeJudged(state)).toBe(false);
  });

  test('that somebody ended so is judged again where an older release did that', () => {
    const state = due();
    const operation = someOperation(9, 'recover');
    const record = { ...operation.record, endedAt: someTime, failure: { ...failure, code: 'JOB_CANCELED_OUTSIDE' } };
    const ended = { ...operation, record, mends: mending(state) } as QueuedOperation;
    Object.assign(state, { phase: 'FAILED', generations: [] });
    expect(isCanceledWhileMended(state, ended)).toBe(true);
    concludeTrouble(state, ended);
    expect([state.phase, isToBeJudged(state)]).toEqual(['RECOVERING', true]);
  });
});

describe('another operation', () => {
  test('that fails before it has touched a job that Flink still brings back lets it run again', () => {
    const state = someState();
    hear(state, jobIs('RESTARTING'));
    const apply = someOperation(9);
    Object.assign(state, { phase: 'FAILED', failure });
    concludeTrouble(state, { ...apply, record: { ...apply.record, failure } });
    expect(isToBeJudged(state)).toBe(false);
    hear(state, jobIs('RUNNING'));
    expect(state.phase).toBe('RUNNING');
  });

  test('that leaves the submission as it is leaves what is wrong with it, to be judged anew', () => {
    const state = someState();
    hear(state, { missing: ['Service a'] });
    judge(state);
    concludeTrouble(state, someOperation(9, 'adjust'));
    expect(state.trouble).toMatchObject({ finding: { reason: 'OBJECTS_DELETED' } });
    expect(isToBeJudged(state)).toBe(true);
  });

  test('that starts the job anew ends what was wrong, and lets the attempts begin anew', () => {
    const state = someState({ attempts: [attempt(1)] });
    hear(state, failed);
    state.generations = [someGeneration(3)];
    concludeTrouble(state, someOperation(9, 'deploy'));
    expect(state).toMatchObject({ attempts: [] });
    expect(state.trouble).toBeUndefined();
  });

  test('that only takes a savepoint changes nothing', () => {
    const state = someState({ attempts: [attempt(1)] });
    hear(state, failed);
    const { trouble } = state;
    concludeTrouble(state, someOperation(9, 'savepoint'));
    expect(state).toMatchObject({ trouble, attempts: [attempt(1)] });
  });
});

describe('that nothing of a job is there', () => {
  const gone = { uid: 'abcdefgh', generation: 2 };
  test.each([
    ['counts for what runs', gone, {}, true],
    ['counts beside a candidate', gone, { phase: 'DUAL_RUNNING' as const }, true],
    ['counts where an older agent does not say what', undefined, {}, true],
    ['does not where another generation was made since', { ...gone, generation: 1 }, {}, false],
    ['does not where another job has the name', { ...gone, uid: 'zzzzzzzz' }, {}, false],
    ['does not while an operation runs', gone, { running: someOperation(5) }, false],
    ['does not when the job was suspended', gone, { phase: 'SUSPENDED' as const }, false],
  ])('%s', (_title, signal, change, isNews) => {
    const state = someState(change);
    expect(heardGone(state, signal, someTime)).toBe(isNews);
    expect(state.trouble?.finding.reason).toBe(isNews ? 'OBJECTS_DELETED' : undefined);
  });
});
