import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FailureCode } from '../../../core/failure.ts';
import { flinkJobStates } from '../../../core/flink/flink-job-state.ts';
import { isUp } from '../../../core/observation/reading.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { isUrgent } from '../../../core/recovery/finding.ts';
import { recoveryTable } from '../../../core/recovery/table.ts';
import { found } from '../../support/findings.ts';
import { ago, jobIs, observation, pods, restartsAgo, troubled } from '../../support/observation-fixture.ts';

describe('a job that is well', () => {
  test('has no finding', () => expect(found({})).toBeUndefined());

  test.each<[string, Partial<Observation>]>([
    ['restarted now and then', restartsAgo(100, 4000, 5000)],
    ['makes no checkpoints by time', { checkpoints: { failures: 0 } }],
    ['has not told of its checkpoints', { checkpoints: undefined }],
    ['lost a pod long ago', troubled('taskmanager', { isReady: true, ended: { exitCode: 1, atMs: ago(4000) } })],
  ])('has none when it %s', (_title, seen) => expect(found(seen)).toBeUndefined());
});

describe('the table', () => {
  test('says of everything that is wrong what the reader can do', () => {
    const seen = [jobIs('CANCELED'), jobIs('FAILED'), jobIs('absent'), jobIs('silent', 9999), jobIs('CREATED', 9999)];
    const cures = seen.map((each) => found(each)?.failure?.cure);
    expect(cures).toEqual(cures.map(() => expect.stringMatching(/^[A-Z].*\.$/)));
  });

  test('has a row for each state that is no state to stay in', () => {
    const states = [
      'INITIALIZING',
      'CREATED',
      'RESTARTING',
      'RECONCILING',
      'FAILING',
      'CANCELLING',
      'SUSPENDED',
    ] as const;
    expect(states.map((state) => found(jobIs(state))?.action)).toEqual(states.map(() => 'wait'));
  });

  test('never asks to roll back: that is for the job to know', () => {
    expect(recoveryTable.filter(({ action }) => action === 'rollBack')).toEqual([]);
  });
});

const noJobManager = { pods: { jobmanager: pods(1, { present: 0, ready: 0 }), taskmanager: pods(2) } };

describe('a finding', () => {
  test.each<[string, Partial<Observation>, boolean]>([
    ['that a job failed is urgent', jobIs('FAILED'), true],
    ['that a job vanished is urgent', jobIs('absent'), true],
    ['that a JobManager has been silent for too long is urgent', { ...jobIs('silent', 999), ...noJobManager }, true],
    ['that a person canceled it is urgent', jobIs('CANCELED'), true],
    ['that a JobManager has just fallen silent is not', jobIs('silent', 1), false],
    ['that an object is missing that the job does without is not', { missing: ['Service a'] }, false],
  ])('%s', (_title, seen, expected) => {
    const finding = found(seen);
    expect(finding && isUrgent(finding)).toBe(expected);
  });
});

describe('whatever is seen', () => {
  const states = fc.constantFrom(...flinkJobStates, 'absent' as const, 'silent' as const);
  const pod = fc.record({
    name: fc.constantFrom('a', 'b'),
    isReady: fc.boolean(),
    container: fc.constantFrom('flink-main-container', 'logger'),
    waiting: fc.constantFrom('CrashLoopBackOff', 'ErrImagePull', undefined),
    restarts: fc.nat(9),
    nodeLostMs: fc.constantFrom(ago(10), ago(1000), undefined),
    ended: fc.constantFrom({ exitCode: 137, reason: 'OOMKilled', atMs: ago(9), memoryLimit: '1Gi' }, undefined),
  });
  const podsOf = fc.record({ wanted: fc.nat(2), present: fc.nat(2), ready: fc.nat(2), troubled: fc.array(pod) });
  const failure = fc
    .constantFrom<FailureCode>('JOB_FAILED', 'STATE_INCOMPATIBLE', 'MAIN_METHOD_THREW', 'IMAGE_NOT_PULLED')
    .map((code) => ({ code, message: 'm', cure: 'c' }));
  const seen = fc.record(
    {
      job: fc.tuple(states, fc.nat(10_000)).map(([state, seconds]) => jobIs(state, seconds).job),
      restarts: fc.array(fc.nat(2000), { maxLength: 30 }).map((all) => restartsAgo(...all).restarts),
      cause: failure.map((one) => ({ failure: one })),
      pods: fc.record({ jobmanager: podsOf, taskmanager: podsOf }),
      podTrouble: failure,
      missing: fc.subarray(['Service a', 'Deployment b']),
      changed: fc.subarray([{ object: 'Deployment b', what: 'replicas' }]),
    },
    { requiredKeys: ['job'] },
  );

  test('a job that is not as it should be has a finding, and what is bad news is told', () => {
    fc.assert(
      fc.property(seen, (change) => {
        const finding = found(change);
        expect(finding !== undefined || isUp(observation(change))).toBe(true);
        expect(finding?.failure === undefined).toBe(finding === undefined || finding.reason === 'FINISHED');
      }),
      { numRuns: 2000 },
    );
  });

  test('a job all of whose tasks run, and that is in no loop, is not touched unless the spec says so', () => {
    fc.assert(
      fc.property(seen, (change) => {
        const running = { ...change, ...jobIs('RUNNING', 3600) };
        expect(['report', 'nothing']).toContain(found(running)?.action ?? 'nothing');
      }),
      { numRuns: 2000 },
    );
  });

  test('what has ended or was canceled by a person is never started again', () => {
    fc.assert(
      fc.property(seen, fc.constantFrom('FINISHED', 'CANCELED', 'CANCELLING'), (change, state) => {
        const words = ['acceptFinished', 'acceptCanceled', 'wait'];
        expect(words).toContain(found({ ...change, ...jobIs(state) })?.action);
      }),
    );
  });
});
