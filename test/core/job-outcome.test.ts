import { describe, expect, test } from '@jest/globals';
import { concludeOperation, lostOperation } from '../../core/job-outcome.ts';
import type { Failure } from '../../core/failure.ts';
import type { JobPhase } from '../../core/job.ts';
import type { JobState } from '../../core/job-state.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { OperationResult } from '../../core/operation-result.ts';
import type { StepRecord } from '../../core/operation.ts';
import { concludeTrouble } from '../../core/recovery/mending.ts';
import { isToBeJudged, type Trouble } from '../../core/recovery/trouble.ts';
import { found } from '../support/findings.ts';
import { jobIs } from '../support/observation-fixture.ts';
import {
  smallSpec,
  someGeneration,
  someOperation,
  someSavepoint,
  someState,
  someTime,
} from '../support/state-fixture.ts';

const failure: Failure = { code: 'JOB_FAILED', message: 'm', cure: 'c' };
const both = [someGeneration(4, { candidate: true }), someGeneration(3)];
const asked: StepRecord = { name: 'clusterAsked', title: 't', state: 'done', startedAt: someTime };

function result(change: Partial<OperationResult> = {}, kind: OperationKind = 'deploy'): OperationResult {
  return {
    record: someOperation(5, kind).record,
    recordSeq: 20,
    generations: [someGeneration(3)],
    leftRunning: true,
    unwritten: [],
    ...change,
  };
}

describe('the end of an operation', () => {
  test.each([
    ['a deploy that succeeded', result(), 'RUNNING'],
    ['a deploy that failed where nothing ran', result({ failure, generations: [], leftRunning: false }), 'FAILED'],
    ['a deploy that failed before it stopped what ran', result({ failure }), 'RUNNING'],
    ['a deploy that failed, with something left that does not run', result({ failure, leftRunning: false }), 'FAILED'],
    ['a remove that succeeded', result({ generations: [] }, 'remove'), 'REMOVED'],
    ['a remove that failed', result({ failure, leftRunning: false }, 'remove'), 'FAILED'],
    ['a remove that could take no savepoint', result({ failure }, 'remove'), 'RUNNING'],
    ['an upgrade that has made a candidate', result({ generations: both }, 'upgrade'), 'DUAL_RUNNING'],
    [
      'an upgrade that could not clear its candidate away',
      result({ failure, generations: both }, 'upgrade'),
      'RUNNING',
    ],
    ['a promotion', result({}, 'promote'), 'RUNNING'],
    ['a promotion that failed', result({ failure, generations: both }, 'promote'), 'DUAL_RUNNING'],
    ['a discard', result({}, 'discard'), 'RUNNING'],
    ['a remove that could take no savepoint of it', result({ failure, generations: both }, 'remove'), 'DUAL_RUNNING'],
    ['a discard that failed', result({ failure, generations: both }, 'discard'), 'DUAL_RUNNING'],
    [
      'a deploy that ended what ran beside each other',
      result({ failure, generations: both, leftRunning: false }),
      'FAILED',
    ],
    ['a deploy of a job that has finished', result({ generations: [], finished: true }), 'FINISHED'],
  ])('%s', (_name, outcome, phase) => {
    const state = someState({ running: someOperation(5) });
    concludeOperation(state, outcome, state.revision);
    expect(state.phase).toBe(phase);
    expect(state.running).toBeUndefined();
    expect(state.generations).toEqual(outcome.generations);
  });

  const down = { leftRunning: false };
  const trouble = { finding: found(jobIs('FAILED')), of: { generation: 3, submission: 1 }, since: someTime } as Trouble;
  const givenUp = { ...trouble, isGivenUp: true } as const;
  test.each<[string, OperationResult, Partial<JobState>, Partial<JobState>]>([
    [
      'a recovery leaves the candidate',
      result({ generations: both, ...down }, 'recover'),
      {},
      { phase: 'DUAL_RUNNING', candidateSince: someTime },
    ],
    [
      'so does one that fails',
      result({ generations: both, failure, ...down }, 'recover'),
      {},
      { phase: 'FAILED', candidateSince: someTime },
    ],
    [
      'a recovery takes what never counted for no candidate',
      result({ generations: both }, 'recover'),
      { candidateSince: undefined },
      { phase: 'RUNNING', candidateSince: undefined },
    ],
    ['a discard of a job that waits to be brought back', result(down, 'discard'), { trouble }, { phase: 'RECOVERING' }],
    [
      'a discard of a job that was given up',
      result(down, 'discard'),
      { trouble: givenUp, failure },
      { phase: 'FAILED', failure, candidateSince: undefined },
    ],
    [
      'a promotion that failed of a job that was given up',
      result({ generations: both, failure, ...down }, 'promote'),
      { trouble: givenUp },
      { phase: 'FAILED', candidateSince: someTime, candidateIsStuck: true },
    ],
    [
      'a discard of what could not be brought back',
      result({}, 'discard'),
      { candidateHealth: { generation: 4, lost: failure } },
      { phase: 'RUNNING', failure, candidateHealth: undefined },
    ],
    [
      'a promotion of what something is wrong with',
      result({ generations: [someGeneration(4)] }, 'promote'),
      { candidateHealth: { generation: 4, trouble: { ...trouble, of: { generation: 4, submission: 1 } } } },
      { phase: 'RUNNING', trouble: { ...trouble, of: { generation: 4, submission: 1 } } },
    ],
    [
      'a promotion whose old job was in trouble and could not be cleared away',
      result({ generations: [someGeneration(3), someGeneration(4)], failure, isBrought: true }, 'promote'),
      { trouble },
      { phase: 'RUNNING', failure, trouble: undefined, candidateSince: undefined },
    ],
  ])('beside a candidate: %s', (_name, outcome, before, after) => {
    const state = someState({ candidateSince: someTime, running: someOperation(5), generations: both, ...before });
    concludeOperation(state, outcome, state.revision);
    expect(state).toMatchObject(after);
  });

  const stopped: StepRecord = { ...asked, name: 'jobStopped' };
  const silent = { ...failure, code: 'CLUSTER_SILENT' as const };
  const canceled = { ...failure, code: 'JOB_CANCELED_OUTSIDE' as const };
  test.each<[string, JobPhase, OperationKind, Partial<OperationResult>, StepRecord[], JobPhase]>([
    ['a removal whose cluster was silent', 'FINISHED', 'remove', { failure: silent }, [asked], 'FINISHED'],
    ['one that never began', 'SUSPENDED', 'remove', { failure: silent }, [], 'SUSPENDED'],
    ['a resume whose cluster was silent', 'SUSPENDED', 'resume', { failure: silent }, [asked], 'SUSPENDED'],
    ['a cancel that has come further', 'SUSPENDED', 'cancel', { failure: silent }, [asked, stopped], 'FAILED'],
    ['what has found it to run', 'CANCELED', 'remove', { failure: silent, leftRunning: true }, [asked], 'RUNNING'],
    ['what went well', 'SUSPENDED', 'resume', {}, [asked], 'RUNNING'],
  ])('of a job that had ended: %s', (_name, phase, kind, change, steps, after) => {
    const state = someState({ phase: 'DEPLOYING', generations: [], running: someOperation(5, kind) });
    const record = { ...someOperation(5, kind).record, steps };
    const outcome = result({ generations: [], leftRunning: false, record, ...change });
    concludeOperation(state, outcome, state.revision, { hadEnded: { phase } });
    expect(state).toMatchObject({ phase: after, ...(change.failure && { failure: change.failure }) });
  });

  test('that was given up before it did anything leaves a job that had ended with what was said of that', () => {
    const state = someState({ phase: 'REMOVING', generations: [], running: someOperation(5, 'remove') });
    const outcome = result({ generations: [], leftRunning: false, failure: { ...failure, code: 'ABORTED' } }, 'remove');
    const hadEnded = { phase: 'CANCELED', failure: canceled } as const;
    concludeOperation(state, outcome, state.revision, { hadEnded });
    expect(state).toMatchObject(hadEnded);
  });

  const revision = { ...someState().revision, number: 7 };
  const replaced = { ...trouble, of: { generation: 2, submission: 1 }, revision };
  test.each<[string, Partial<JobState>, Partial<JobState>]>([
    ['waits to be brought back', { trouble: { ...trouble, isJudged: true } }, { phase: 'RECOVERING', trouble }],
    [
      'waits for that after an attempt of which nothing is left',
      { generations: [], trouble: { ...replaced, isJudged: true } },
      { phase: 'RECOVERING', trouble: replaced },
    ],
    ['has come back meanwhile', {}, { phase: 'RUNNING', trouble: undefined }],
  ])('that has reached nobody leaves a job that %s', (_name, change, after) => {
    const state = someState({ phase: 'REMOVING', running: someOperation(5, 'remove'), ...change });
    const outcome = result({ generations: state.generations, leftRunning: false, failure: silent }, 'remove');
    concludeOperation(state, outcome, state.revision, { hadEnded: { phase: 'RECOVERING' } });
    concludeTrouble(state, someOperation(5, 'remove'));
    expect(state).toMatchObject(after);
    expect(isToBeJudged(state)).toBe(after.trouble !== undefined);
  });

  test('of a job that had ended is FAILED where an older release has said so', () => {
    const state = someState({ phase: 'REMOVING', generations: [], running: someOperation(5, 'remove') });
    const outcome = result({ generations: [], leftRunning: false, failure }, 'remove');
    concludeOperation(state, outcome, state.revision, { hadEnded: { phase: 'FINISHED' }, staysEnded: () => false });
    expect(state.phase).toBe('FAILED');
  });

  test('keeps what was heard of its generation meanwhile', () => {
    const state = someState({ running: someOperation(5), generations: [someGeneration(3, { checkpointedBy: 1 })] });
    concludeOperation(state, result(), state.revision);
    expect(state.generations).toEqual([someGeneration(3, { checkpointedBy: 1 })]);
  });

  test.each<[string, Partial<OperationResult>]>([
    ['was seen by it to finish', { finished: true }],
    ['was seen to, though it failed', { finished: true, failure }],
  ])(
    'misses no checkpoint of a job that %s, and has nothing that grows too old: it has removed its own',
    (_name, change) => {
      const known = [someGeneration(3, { checkpointedBy: 1, ran: { submission: 1, sinceMs: 5 } })];
      const state = someState({ running: someOperation(5), generations: known });
      concludeOperation(state, result({ ...change, generations: known }), state.revision);
      expect([state.phase, state.generations]).toEqual(['FINISHED', [someGeneration(3)]]);
    },
  );

  test.each([
    ['that has succeeded is what ran last', {}, 3],
    ['that has failed is not', { failure, leftRunning: false }, undefined],
    ['that is stable is, though the one before could not be cleared away', { failure, isBrought: true }, 3],
    ['whose job has finished is, though its operation failed', { failure, finished: true }, 3],
  ])('a revision %s', (_name, change, lastRun) => {
    const state = someState({ running: someOperation(5) });
    const { record, ...ended } = result(change);
    concludeOperation(state, { ...ended, record: { ...record, generation: 3 } }, state.revision);
    expect(state.lastRun?.number).toBe(lastRun);
  });

  test.each([
    ['has finished, and has not run', 'FINISHED', 1],
    ['runs, and is what runs', 'RUNNING', 3],
  ] as const)('a revision that is noted on what %s', (_name, phase, lastRun) => {
    const ran = { ...someState().revision, number: 1 };
    const state = someState({ phase, running: someOperation(5, 'adjust'), lastRun: ran });
    const { record, ...ended } = result({}, 'adjust');
    concludeOperation(state, { ...ended, record: { ...record, generation: 3 } }, state.revision);
    expect([state.phase, state.lastRun?.number]).toEqual([phase, lastRun]);
  });

  const before = { ...someState().revision, number: 2 };
  const gone = { number: 1, spec: before.spec, specHash: 'h' };
  test.each([
    ['an upgrade is remembered with what it left', 'upgrade', {}, before],
    ['a rescale leaves what is remembered', 'rescale', {}, gone],
    ['going back remembers nothing that recovery could go back to', 'upgrade', { isRollback: true }, undefined],
    ['so does going back with a job that was suspended', 'resume', { isRollback: true }, undefined],
    ['so does going back with a job that had failed', 'deploy', { isRollback: true }, undefined],
  ] as const)('%s', (_name, kind, wish, from) => {
    const state = someState({
      running: { ...someOperation(5, kind), ...wish },
      lastRun: before,
      upgraded: { at: someTime, from: gone },
    });
    const record = { ...someOperation(5, kind).record, generation: 3, endedAt: someTime };
    concludeOperation(state, result({ record }), { ...before, number: 3 });
    expect(state.upgraded?.from).toEqual(from);
  });

  test.each([
    ['where the job has finished lets go of what it was started from', true, undefined],
    ['where it runs keeps that', false, 's3://b/savepoint-1'],
  ])('%s', (_name, finished, startedFrom) => {
    const state = someState({ running: someOperation(5) });
    concludeOperation(state, result({ finished, startedFrom: 's3://b/savepoint-1' }), state.revision);
    expect(state.startedFrom).toBe(startedFrom);
  });

  test('keeps the restore point of a deploy that failed after it stopped the job', () => {
    const state = someState();
    concludeOperation(state, result({ failure, generations: [], restorePoint: 'file:/sp' }), state.revision);
    expect(state.restorePoint).toBe('file:/sp');
  });

  test.each([
    ['starts next from where a spec says that was accepted meanwhile', { failure, leftRunning: false }, 's3://b/sp'],
    [
      'goes on from its own state, if it has made any',
      { failure, leftRunning: false, restorePoint: 'b/chk-7' },
      'b/chk-7',
    ],
    ['needs nothing of that once it runs', { record: { ...someOperation(5).record, generation: 3 } }, undefined],
  ])('a job whose first start has ended %s', (_name, change, restorePoint) => {
    const job = { jarUri: 'local:///opt/job.jar', initialSavepoint: 's3://b/sp' };
    const accepted = { number: 4, spec: smallSpec({ job }), specHash: 'h4' };
    const state = someState({ revision: accepted, restorePoint: 's3://b/sp', running: someOperation(5) });
    concludeOperation(state, result(change), someState().revision);
    expect(state.restorePoint).toBe(restorePoint);
  });

  test('keeps since when that ages, until there is none', () => {
    const state = someState();
    const aging = { path: 'file:/chk-7', from: 'checkpoint', sinceMs: 1 } as const;
    concludeOperation(state, result({ failure, generations: [], restorePoint: aging.path, aging }), state.revision);
    expect(state.aging).toEqual(aging);
    concludeOperation(state, result(), state.revision);
    expect(state.aging).toBeUndefined();
  });

  test('of a candidate waits for its promotion before it is the last that ran', () => {
    const state = someState();
    const ended = '2026-01-02T04:00:00.000Z';
    const record = { ...someOperation(5, 'upgrade').record, generation: 4, endedAt: ended };
    concludeOperation(state, result({ record, generations: both }), state.revision);
    expect(state).toMatchObject({ candidateSince: ended });
    expect(state.lastRun).toBeUndefined();
    const refused = { ...record, kind: 'promote' as const, endedAt: someTime };
    concludeOperation(state, result({ record: refused, failure, generations: both }), state.revision);
    expect(state).toMatchObject({ candidateSince: ended, candidateIsStuck: true });
    concludeOperation(state, result({ record: { ...record, kind: 'promote' } }), state.revision);
    expect(state.candidateSince).toBeUndefined();
    expect(state.candidateIsStuck).toBeUndefined();
    expect(state.lastRun).toBe(state.revision);
  });

  test('counts the cluster as asked only when it has answered', () => {
    const state = someState({ askedCluster: false });
    concludeOperation(state, result({ failure, generations: [] }), state.revision);
    expect(state.askedCluster).toBe(false);
    const record = { ...someOperation(6).record, steps: [asked] };
    concludeOperation(state, result({ record }), state.revision);
    expect(state.askedCluster).toBe(true);
  });

  test('by giving up is no bad news', () => {
    const state = someState();
    concludeOperation(state, result({ failure: { ...failure, code: 'ABORTED' } }), state.revision);
    expect(state.failure).toBeUndefined();
  });

  test.each(['SUSPENDED', 'FAILED', 'RUNNING'] as const)('that leaves a job as it is leaves it %s', (phase) => {
    const older: Failure = { code: 'CRASH_LOOP', message: 'm', cure: 'c' };
    const state = someState({
      phase,
      failure: older,
      newest: someOperation(4),
      running: someOperation(5, 'savepoint'),
    });
    concludeOperation(state, result({ failure }, 'savepoint'), state.revision);
    expect(state).toMatchObject({ phase, failure: older, newest: { record: { number: 4 } } });
    expect(state.newestAside?.record.number).toBe(5);
    expect(state.running).toBeUndefined();
  });

  test('brings the savepoints that it has taken, in their order', () => {
    const state = someState({ savepoints: [someSavepoint(3)] });
    const savepoints = [someSavepoint(5), { ...someSavepoint(6), state: 'failed' as const }];
    concludeOperation(state, result({ savepoints }), state.revision);
    expect(state.savepoints?.map(({ number }) => number)).toEqual([3, 5]);
    concludeOperation(state, result({ savepoints: [{ ...someSavepoint(3), state: 'disposed' }] }), state.revision);
    expect(state.savepoints?.map(({ number }) => number)).toEqual([5]);
  });

  test('without a result leaves a row that stays above all that the lost workflow wrote', () => {
    const lost = lostOperation(someOperation(5), someTime, someOperation(6));
    expect(lost.record).toMatchObject({ state: 'failed', failure: { code: 'INTERNAL' }, endedAt: someTime });
    expect(lost.record.supersededBy).toBe(6);
    expect(lost.recordSeq).toBeGreaterThan(10_000);
  });

  test('of a restore is only done again where the next one starts from there, too', () => {
    const restore = { ...someOperation(5), restoreFrom: 's3://b/savepoint-1' };
    const code = (next: Partial<typeof restore>) =>
      lostOperation(restore, someTime, { ...someOperation(6), ...next }).record.failure?.code;
    expect([code({}), code({ restoreFrom: restore.restoreFrom })]).toEqual(['SUPERSEDED', 'INTERNAL']);
  });
});
