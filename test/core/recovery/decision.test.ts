import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../core/observation/observation.ts';
import { decideRecovery, type RecoveryInput } from '../../../core/recovery/decision.ts';
import { found, application, type SpecChange } from '../../support/findings.ts';
import { ago, causedBy, jobIs, restartsAgo, troubled } from '../../support/observation-fixture.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const now = 10_000_000;
const never: SpecChange = { recovery: { policy: 'never' } };
const always: SpecChange = { recovery: { policy: 'always' } };

function decide(seen: Partial<Observation>, spec: SpecChange = {}, change: Partial<RecoveryInput> = {}) {
  const finding = found(seen, spec);
  if (!finding) throw new Error('nothing was found');
  return decideRecovery({ finding, spec: smallSpec(spec), attempts: [], sinceMs: now, nowMs: now, ...change });
}

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };
const threw = { ...jobIs('FAILED'), ...causedBy('MAIN_METHOD_THREW', 'The main method threw SQLException.') };
const incompatible = {
  ...jobIs('RESTARTING'),
  ...causedBy('STATE_INCOMPATIBLE', 'The program cannot read the state.'),
};
const looping = { ...jobIs('RESTARTING'), ...restartsAgo(...Array.from({ length: 12 }, (_, at) => at * 20)) };
const vanished = jobIs('absent');
const missing = { missing: ['Service a'] };
const oldCheckpoint = { checkpoints: { intervalMs: 10, failures: 9 } };
const checkpointsCount: SpecChange = { recovery: { checkpoints: { maxFailures: 5 } } };
const spent = [0, 20, 40, 60, 80].map((at) => attempt(now / 1000 - 600 + at));
const used: Partial<RecoveryInput> = { attempts: spent };
const upgraded: Partial<RecoveryInput> = { upgraded: { atMs: now - 60_000, from: smallSpec() } };

describe('what is done', () => {
  test.each<[string, Partial<Observation>, SpecChange, Partial<RecoveryInput>, object]>([
    ['a failed job is brought back at once', failed, {}, {}, { step: 'act', action: 'restart', atMs: now }],
    ['a vanished one as well', vanished, {}, {}, { step: 'act', action: 'restart' }],
    [
      'the second time after a while',
      failed,
      {},
      { attempts: [attempt(now / 1000 - 12)] },
      { step: 'act', atMs: now + 8000 },
    ],
    ['a job that has finished has finished', jobIs('FINISHED'), always, {}, { step: 'accept', phase: 'FINISHED' }],
    [
      'a job that a person canceled stays canceled',
      jobIs('CANCELED'),
      always,
      {},
      { step: 'accept', phase: 'CANCELED', failure: { code: 'JOB_CANCELED_OUTSIDE' } },
    ],
    ['what Flink mends is waited for', jobIs('RESTARTING'), {}, used, { step: 'wait' }],
    ['what is only to be shown is shown', missing, {}, used, { step: 'show', failure: { code: 'OBJECTS_DELETED' } }],
    [
      'a main method that throws is not tried again',
      threw,
      application,
      {},
      { step: 'fail', failure: { code: 'MAIN_METHOD_THREW' } },
    ],
    [
      'a main method that throws is tried again where that is always wanted',
      threw,
      { ...application, ...always },
      {},
      { step: 'act' },
    ],
    [
      'state that cannot be read is never tried again',
      incompatible,
      always,
      {},
      { step: 'fail', failure: { code: 'STATE_INCOMPATIBLE' } },
    ],
    [
      'where nothing is wanted, a failed job has failed',
      failed,
      never,
      {},
      { step: 'fail', failure: { code: 'JOB_FAILED' } },
    ],
    [
      'where nothing is wanted, Flink goes on with its own restarts',
      looping,
      never,
      {},
      { step: 'show', failure: { code: 'RESTART_LOOP' } },
    ],
    [
      'where nothing is wanted, drift is healed if that is',
      missing,
      { recovery: { policy: 'never', drift: 'heal' } },
      {},
      { step: 'act', action: 'heal' },
    ],
    [
      'where nothing is wanted, what is missing is not put back',
      { ...jobIs('RESTARTING'), ...missing },
      never,
      {},
      { step: 'show' },
    ],
    [
      'memory for which there was no room is not raised again',
      {
        ...jobIs('RESTARTING'),
        ...troubled('taskmanager', { ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(1) } }),
      },
      { recovery: { memory: { max: '4Gi' } } },
      { attempts: [attempt(now / 1000 - 100, { action: 'raiseMemory', hasSucceeded: false, hadNoRoom: true })] },
      { step: 'act', action: 'restartCluster' },
    ],
    [
      'memory is raised again once the job has lasted since there was no room for it',
      {
        ...jobIs('RESTARTING'),
        ...troubled('taskmanager', { ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(1) } }),
      },
      { recovery: { memory: { max: '4Gi' } } },
      {
        attempts: [
          attempt(now / 1000 - 86_400, { action: 'raiseMemory', hasSucceeded: false, hadNoRoom: true }),
          attempt(now / 1000 - 86_300, { action: 'restartCluster', hasSucceeded: true }),
        ],
      },
      { step: 'act', action: 'raiseMemory' },
    ],
    ['always, too, has an end', failed, always, used, { step: 'fail', failure: { code: 'NOT_BROUGHT_BACK' } }],
    [
      'objects that were put back again and again use up nothing that brings the job back',
      failed,
      {},
      { attempts: spent.map((one) => ({ ...one, action: 'heal' as const })) },
      { step: 'act', action: 'restart', atMs: now },
    ],
    ['a restart loop ends with the budget', looping, {}, used, { step: 'fail', failure: { code: 'NOT_BROUGHT_BACK' } }],
    [
      'a job that runs is not ended for what could not be mended',
      oldCheckpoint,
      checkpointsCount,
      used,
      { step: 'show', failure: { code: 'CHECKPOINT_FAILED' } },
    ],
  ])('%s', (_title, seen, spec, change, decision) => {
    expect(decide(seen, spec, change)).toMatchObject(decision);
  });
});

describe('soon after an upgrade', () => {
  const oom = { ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(1) } };
  const noImage = { podTrouble: { code: 'IMAGE_NOT_PULLED', message: 'm', cure: 'c' } as const };

  test.each<[string, Partial<Observation>, SpecChange, Partial<RecoveryInput>, object]>([
    ['a job that fails is rolled back', failed, {}, upgraded, { step: 'act', action: 'rollBack', atMs: now }],
    ['it is so whatever was tried', looping, {}, { ...upgraded, ...used }, { action: 'rollBack' }],
    ['so is what no try mends', incompatible, {}, upgraded, { action: 'rollBack' }],
    ['so is an image that is gone', { ...jobIs('RESTARTING'), ...noImage }, {}, upgraded, { action: 'rollBack' }],
    ['a job that runs without a pod is not', noImage, {}, upgraded, { step: 'show' }],
    ['what Flink mends is waited for', jobIs('RESTARTING'), {}, upgraded, { step: 'wait' }],
    ['what is nobody’s fault is mended', vanished, {}, upgraded, { action: 'restart' }],
    [
      'memory that the spec allows comes first',
      troubled('taskmanager', oom),
      { recovery: { memory: { max: '4Gi' } } },
      upgraded,
      { action: 'raiseMemory' },
    ],
    [
      'an older Flink cannot read what this one has committed',
      failed,
      {},
      { upgraded: { atMs: now - 60_000, from: smallSpec({ flink: { version: '1.20' } }) } },
      { action: 'restart' },
    ],
    ['a spec may want no rollback', failed, { upgrade: { rollback: false } }, upgraded, { action: 'restart' }],
    ['a spec may want nothing at all', failed, never, upgraded, { step: 'fail' }],
    [
      'but later, it is brought back as it is',
      failed,
      {},
      { upgraded: { atMs: now - 600_000, from: smallSpec() } },
      { action: 'restart' },
    ],
    [
      'it is the time of the trouble that counts, not that of the answer',
      failed,
      {},
      { upgraded: { atMs: now - 600_000, from: smallSpec() }, sinceMs: now - 1000 },
      { action: 'rollBack' },
    ],
  ])('%s', (_title, seen, spec, change, decision) => {
    expect(decide(seen, spec, change)).toMatchObject(decision);
  });
});

function givenUp(seen: Partial<Observation>, spec: SpecChange, change: Partial<RecoveryInput>) {
  const decision = decide(seen, spec, change);
  if (decision.step !== 'fail') throw new Error(decision.step);
  return decision.failure;
}

describe('a job that is given up', () => {
  test('says what is wrong, what was tried, what to do, and how to resume it', () => {
    const failure = givenUp(failed, {}, used);
    expect(failure.message).toBe(
      'The job is not brought back any more: 5 attempts did not last. The job failed: IOException.',
    );
    expect(failure.cure).toBe('Mend it. Then `drey resume orders` lets the job go on from its newest restore point.');
    expect(failure.evidence?.split('\n')).toEqual([
      'at a.B.c(B.java:1)',
      'What was tried:',
      ...spent.map(
        ({ atMs }) =>
          `${new Date(atMs).toISOString()} started again for JOB_FAILED, ran again for a while: The job failed: IOException.`,
      ),
    ]);
  });

  test.each<[string, Partial<Observation>, SpecChange, RegExp]>([
    ['because no try helps', incompatible, {}, /cannot read the state\. It is not tried again: without a change/],
    [
      'because its spec wants nothing',
      failed,
      never,
      /IOException\. It is not brought back, for spec\.recovery\.policy is never/,
    ],
  ])('%s says so, and how to resume it', (_title, seen, spec, message) => {
    const failure = givenUp(seen, spec, {});
    expect(failure.message).toMatch(message);
    expect(failure.cure).toMatch(/`drey resume orders`/);
  });

  test('tells no more than fits', () => {
    const many = Array.from({ length: 20 }, (_, at) => attempt(now / 1000 - 400 + at, { message: 'x'.repeat(500) }));
    const { evidence } = givenUp(failed, { recovery: { attempts: 20 } }, { attempts: many });
    expect(evidence?.length).toBeLessThanOrEqual(2048);
    expect(evidence).toMatch(/did not|ran again/);
  });
});
