import { describe, expect, test } from '@jest/globals';
import { application, expectFindings, found, storage } from '../../support/findings.ts';
import { causedBy, jobIs, restartsAgo, troubled } from '../../support/observation-fixture.ts';

describe('the end of a job', () => {
  expectFindings([
    ['that finished by itself is accepted', jobIs('FINISHED'), {}, 'FINISHED', 'acceptFinished', /^nothing$/],
    [
      'that a person brought about by a stop with savepoint is no finish, and told how to go on',
      { ...jobIs('FINISHED'), checkpoints: { failures: 0, stoppedWith: 'file:/s/savepoint-ab' } },
      {},
      'CANCELED_OUTSIDE',
      'acceptCanceled',
      /stopped by somebody in Flink, and not through Drey, with savepoint file:\/s\/savepoint-ab\./,
    ],
    [
      'that a person canceled in Flink is accepted, and told how to go on',
      jobIs('CANCELED'),
      {},
      'CANCELED_OUTSIDE',
      'acceptCanceled',
      /canceled by somebody in Flink/,
    ],
    ['that a person brings about is waited for', jobIs('CANCELLING'), {}, 'CANCELED_OUTSIDE', 'wait'],
    [
      'is waited for where it restarted again and again before',
      { ...jobIs('CANCELLING'), ...restartsAgo(...Array.from({ length: 20 }, (_, at) => at)) },
      {},
      'CANCELED_OUTSIDE',
      'wait',
    ],
    [
      'by a failure is followed by another submission',
      { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') },
      {},
      'JOB_FAILED',
      'restart',
      /IOException/,
    ],
    ['without a cause is told as that', jobIs('FAILED'), {}, 'JOB_FAILED', 'restart', /gave no cause/],
    ['of an application takes a new JobManager', jobIs('FAILED'), application, 'JOB_FAILED', 'restartCluster'],
    [
      'by its main method is not tried again without a change',
      { ...jobIs('FAILED'), ...causedBy('MAIN_METHOD_THREW', 'The main method threw SQLException.') },
      application,
      'MAIN_METHOD_THREW',
      'restartCluster',
      /SQLException/,
    ],
    [
      'by its main method is known from the log of a JobManager that ended with it',
      {
        ...jobIs('silent'),
        ...troubled('jobmanager', { ended: { exitCode: 1 } }, { present: 0 }),
        podTrouble: { code: 'MAIN_METHOD_THREW', message: 'The main method threw.', cure: 'c' },
      },
      application,
      'MAIN_METHOD_THREW',
      'restartCluster',
    ],
    [
      'by state that it cannot read names the operator',
      {
        ...jobIs('FAILED'),
        ...causedBy('STATE_INCOMPATIBLE', 'The program cannot read the state of operator Count (20ba).'),
      },
      {},
      'STATE_INCOMPATIBLE',
      'restart',
      /operator Count/,
    ],
    [
      'is told as state that it cannot read where Flink restarts it for that',
      {
        ...jobIs('RESTARTING'),
        cause: { failure: { code: 'STATE_INCOMPATIBLE', message: 'm.', cure: 'c' }, task: 'Count -> Sink (1/2)' },
        ...restartsAgo(...Array.from({ length: 20 }, (_, at) => at)),
      },
      {},
      'STATE_INCOMPATIBLE',
      'restart',
      /task Count -> Sink/,
    ],
  ]);

  test.each([
    ['JOB_FAILED', 'useful'],
    ['MAIN_METHOD_THREW', 'unlikely'],
    ['STATE_INCOMPATIBLE', 'useless'],
  ] as const)('by %s makes another try %s', (code, retry) => {
    expect(found({ ...jobIs('FAILED'), ...causedBy(code) })?.retry).toBe(retry);
  });
});

describe('a job that its JobManager does not know', () => {
  expectFindings([
    [
      'is submitted again at once without high availability',
      jobIs('absent', 0),
      {},
      'JOB_VANISHED',
      'restart',
      /Without high availability/,
    ],
    [
      'is not taken for one whose state cannot be read, because that was so before',
      { ...jobIs('absent', 0), ...causedBy('STATE_INCOMPATIBLE') },
      {},
      'JOB_VANISHED',
      'restart',
    ],
    ['is left to a new leader for a while', jobIs('absent', 20), storage, 'JOB_VANISHED', 'wait'],
    ['is submitted again when the leader does not bring it', jobIs('absent', 31), storage, 'JOB_VANISHED', 'restart'],
    [
      'is left to the main method that submits it',
      jobIs('absent', 100),
      { ...application, ...storage },
      'JOB_VANISHED',
      'wait',
    ],
    [
      'takes a new JobManager when the main method has had its time',
      jobIs('absent', 121),
      { ...application, ...storage },
      'JOB_VANISHED',
      'restartCluster',
    ],
  ]);
});
