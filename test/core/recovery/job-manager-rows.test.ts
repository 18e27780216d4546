import { describe, expect, test } from '@jest/globals';
import { application, expectFindings, found, storage } from '../../support/findings.ts';
import { ago, jobIs, pods, troubled } from '../../support/observation-fixture.ts';

describe('a JobManager that does not answer', () => {
  const crashing = troubled('jobmanager', {
    waiting: 'CrashLoopBackOff',
    restarts: 3,
    ended: { exitCode: 2, reason: 'Error', atMs: ago(20) },
  });
  const gone = troubled('jobmanager', { ended: { exitCode: 137, atMs: ago(5) } }, { present: 0 });
  const noPod = { pods: { jobmanager: pods(1, { present: 0, ready: 0 }), taskmanager: pods(2) } };

  expectFindings([
    [
      'because it crashes again and again is left for a new Flink cluster',
      { ...jobIs('silent', 45), ...crashing },
      storage,
      'JOB_MANAGER_CRASH_LOOP',
      'restartCluster',
      /after 3 restarts, the last time with exit code 2/,
    ],
    [
      'because it crashed is first left to high availability',
      { ...jobIs('silent', 10), ...crashing },
      storage,
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'is left alone while a second one is ready',
      {
        ...jobIs('silent', 45),
        pods: { ...crashing.pods, jobmanager: { ...crashing.pods.jobmanager, wanted: 2, ready: 1 } },
      },
      storage,
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'because an application without high availability ended with it is replaced at once',
      { ...jobIs('silent', 1), ...gone },
      application,
      'JOB_MANAGER_GONE',
      'restartCluster',
      /ended with exit code 137/,
    ],
    [
      'is waited for where Kubernetes makes its pod anew',
      { ...jobIs('silent', 1), ...noPod },
      {},
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'is waited for where an application has one that may only be slow',
      jobIs('silent', 1),
      application,
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'is given up after the time that a deploy gives it',
      { ...jobIs('silent', 181), ...noPod },
      {},
      'JOB_MANAGER_LOST',
      'restartCluster',
      /for 3 min, and has no pod/,
    ],
    [
      'is only shown while its pod is ready: the agent may be what is cut off',
      jobIs('silent', 181),
      {},
      'JOB_MANAGER_SILENT',
      'report',
    ],
  ]);

  test('has ended for good where only Drey can start it again', () => {
    expect(found({ ...jobIs('silent', 1), ...gone }, application)?.standing).toBe('ended');
    expect(found({ ...jobIs('silent', 181), ...noPod })?.standing).toBe('trying');
  });
});
