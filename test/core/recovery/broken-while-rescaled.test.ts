/** A rescale that fails because its job breaks meanwhile: that is none of its doing, so the job is brought back as any other. */
import { describe, expect, test } from '@jest/globals';
import type { Failure } from '../../../core/failure.ts';
import { concludeOperation, type KnownBeside } from '../../../core/job-outcome.ts';
import type { JobState } from '../../../core/job-state.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { decideRecovery } from '../../../core/recovery/decision.ts';
import { concludeTrouble } from '../../../core/recovery/mending.ts';
import { heardOf, isToBeJudged, judgementOf, takeDecision } from '../../../core/recovery/trouble.ts';
import { found } from '../../support/findings.ts';
import { causedBy, jobIs, observation, troubled } from '../../support/observation-fixture.ts';
import { someOperation, someState, someTime } from '../../support/state-fixture.ts';

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };

function hear(state: JobState, seen: Partial<Observation>): boolean {
  const finding = found(seen);
  return heardOf(state, { observation: observation(seen), ...(finding && { finding }) }, someTime);
}

function judge(state: JobState): void {
  if (!state.trouble) throw new Error('nothing is wrong');
  takeDecision(state, state.trouble, decideRecovery(judgementOf(state, state.trouble, Date.parse(someTime) + 60_000)));
}

describe('a rescale', () => {
  const lost = { code: 'JOB_NOT_RUNNING', message: 'It does not run.', cure: 'See.' } as const;
  const rescale = someOperation(9, 'rescale');
  const crashing = troubled('jobmanager', { waiting: 'CrashLoopBackOff', restarts: 3 });

  /** It ends in vain, and the job does not run. */
  function failedRescale(state: JobState, ended: Failure = lost, known?: KnownBeside): void {
    const record = { ...rescale.record, state: 'failed', endedAt: someTime, failure: ended } as const;
    const result = { record, recordSeq: 20, generations: state.generations, unwritten: [], failure: ended };
    concludeOperation(state, { ...result, leftRunning: false }, state.revision, known);
    concludeTrouble(state, { ...rescale, record });
  }

  test.each<[string, Partial<Observation>, string]>([
    ['failed', failed, 'restart'],
    ['vanished', jobIs('absent'), 'restart'],
    ['lost its JobManager for good', { ...jobIs('silent', 300), ...crashing }, 'restartCluster'],
  ])('whose job has %s meanwhile leaves it to be brought back', (_title, seen, action) => {
    const state = someState({ running: rescale, phase: 'RESCALING' });
    hear(state, seen);
    failedRescale(state);
    expect([state.phase, isToBeJudged(state)]).toEqual(['RECOVERING', true]);
    judge(state);
    expect(state).toMatchObject({ phase: 'RECOVERING', trouble: { action, dueAt: expect.any(String) } });
  });

  test('after which the job is found broken lets that be heard', () => {
    const state = someState({ running: rescale, phase: 'RESCALING' });
    failedRescale(state);
    expect(state).toMatchObject({ phase: 'RUNNING', failure: lost });
    expect(hear(state, failed)).toBe(true);
    judge(state);
    expect(state.phase).toBe('RECOVERING');
  });

  test('of which only was shown what does not end the job leaves it RUNNING', () => {
    const state = someState({ running: rescale, phase: 'RESCALING' });
    hear(state, { missing: ['Service a'] });
    failedRescale(state);
    expect([state.phase, isToBeJudged(state)]).toEqual(['RUNNING', true]);
  });

  test.each<[string, Failure, KnownBeside]>([
    ['where it was ended where it stood', { ...lost, code: 'ABORTED' }, {}],
    ['where an older release has said so', lost, { outlivesRescale: () => false }],
  ])('leaves a job that has ended FAILED %s', (_title, ended, known) => {
    const state = someState({ running: rescale, phase: 'RESCALING' });
    hear(state, failed);
    failedRescale(state, ended, known);
    expect(state.phase).toBe('FAILED');
    expect(isToBeJudged(state)).toBe(false);
  });
});
