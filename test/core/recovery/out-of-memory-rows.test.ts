import { describe, expect, test } from '@jest/globals';
import { application, expectFindings, found, type SpecChange } from '../../support/findings.ts';
import { ago, causedBy, jobIs, troubled } from '../../support/observation-fixture.ts';

const moreMemory: SpecChange = { recovery: { memory: { max: '2Gi' } } };

/** Killed a minute ago for its memory. */
const oom = (restarts = 1) => ({
  restarts,
  ended: { exitCode: 137, reason: 'OOMKilled', atMs: ago(60), memoryLimit: '1728Mi' },
});

/** The same, and its pod was ready for a while. */
const wasReady = { ...oom(), ended: { ...oom().ended, wasReadySince: true as const } };
const lostNode = { node: 'n1', nodeLostMs: ago(600) };

describe('a pod that ran out of memory', () => {
  expectFindings([
    [
      'gets more where the spec allows it',
      troubled('taskmanager', oom()),
      moreMemory,
      'POD_OUT_OF_MEMORY',
      'raiseMemory',
      /killed container flink-main-container of pod orders-taskmanager: it used more than its limit of 1728Mi\.$/,
    ],
    [
      'and is ready again gets nothing: Flink goes on with it',
      { ...jobIs('RESTARTING'), ...troubled('taskmanager', { isReady: true, ...oom() }) },
      moreMemory,
      'POD_OUT_OF_MEMORY',
      'report',
    ],
    [
      'and was ready since is missed for another reason',
      { ...jobIs('RESTARTING', 600), ...troubled('taskmanager', { ...lostNode, ...wasReady }) },
      moreMemory,
      'NODE_LOST',
      'restartCluster',
    ],
    [
      'is only shown where its job runs again',
      troubled('taskmanager', { isReady: true, ...oom(4) }),
      {},
      'POD_OUT_OF_MEMORY',
      'report',
      /after 4 restarts/,
    ],
    [
      'is waited for where Flink brings its job back',
      { ...jobIs('RESTARTING'), ...troubled('taskmanager', oom()) },
      {},
      'POD_OUT_OF_MEMORY',
      'wait',
    ],
    [
      'is told for a job that failed of it',
      { ...jobIs('FAILED'), ...causedBy('JOB_FAILED'), ...troubled('taskmanager', oom()) },
      {},
      'POD_OUT_OF_MEMORY',
      'restart',
    ],
    [
      'is told for a job that does not come back',
      { ...jobIs('RESTARTING', 3600), ...troubled('taskmanager', { ...oom(9), waiting: 'CrashLoopBackOff' }) },
      {},
      'POD_OUT_OF_MEMORY',
      'restartCluster',
    ],
    [
      'as an application without high availability takes the job with it',
      { ...jobIs('silent', 1), ...troubled('jobmanager', oom(), { present: 0 }) },
      application,
      'POD_OUT_OF_MEMORY',
      'restartCluster',
    ],
    [
      'by a sidecar of its own gets nothing: that is not for the spec to say',
      troubled('taskmanager', { isReady: true, ...oom(), container: 'logger' }),
      moreMemory,
      'POD_OUT_OF_MEMORY',
      'report',
      /container logger/,
    ],
  ]);

  test.each<[string, SpecChange, number, object]>([
    [
      'is raised up to the limit',
      moreMemory,
      1728,
      { memory: { process: 'taskManager', from: '1728Mi', to: '2048Mi' } },
    ],
    [
      'says that the limit is reached',
      { ...moreMemory, taskManager: { resources: { limits: { memory: '2Gi' } } } },
      2048,
      { failure: { cure: expect.stringMatching(/spec\.recovery\.memory\.max \(2Gi\) allows no more/) } },
    ],
    [
      'is for the autoscaler where that gives memory',
      { autoscaler: { mode: 'active', memory: { mode: 'active', max: '4Gi' } } },
      1728,
      { failure: { cure: expect.stringMatching(/^The autoscaler gives .* spec\.autoscaler\.memory\.max \(4Gi\)\.$/) } },
    ],
    ['says how to let it be raised', {}, 1728, { failure: { cure: expect.stringMatching(/or let Drey raise it/) } }],
  ])('%s', (_title, spec, _limit, finding) => {
    expect(found(troubled('taskmanager', oom()), spec)).toMatchObject(finding);
  });

  test('long ago explains nothing', () => {
    const long = { ...oom(), ended: { ...oom().ended, atMs: ago(3600) } };
    expect(found(troubled('taskmanager', { isReady: true, ...long }), moreMemory)).toBeUndefined();
  });

  test('days ago is no reason for more memory where it is not ready for a moment', () => {
    const days = { ...oom(), ended: { ...oom().ended, atMs: ago(3 * 86_400) } };
    expect(found(troubled('taskmanager', days), moreMemory)).toBeUndefined();
    const lost = { ...jobIs('RESTARTING', 600), ...troubled('taskmanager', { ...days, ...lostNode }) };
    expect(found(lost, moreMemory)).toMatchObject({ reason: 'NODE_LOST' });
  });

  test('and is ready again is told what comes of the next time', () => {
    const finding = found(troubled('taskmanager', { isReady: true, ...oom() }), moreMemory);
    expect(finding).toMatchObject({
      action: 'report',
      failure: { cure: expect.stringMatching(/Killed once more, its memory is raised to 2048Mi/) },
    });
  });
});
