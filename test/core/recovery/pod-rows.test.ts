import { describe, expect, test } from '@jest/globals';
import type { PodsObserved } from '../../../core/observation/observation.ts';
import { expectFindings, found, storage } from '../../support/findings.ts';
import { ago, jobIs, troubled } from '../../support/observation-fixture.ts';

const lost = (seconds: number, change: Partial<PodsObserved> = {}) =>
  troubled('taskmanager', { node: 'n1', nodeLostMs: ago(seconds) }, change);

describe('what pods need', () => {
  const noImage = { code: 'IMAGE_NOT_PULLED', message: 'Image a:1 does not exist.', cure: 'Push it.' } as const;
  const noNode = { code: 'NOT_SCHEDULABLE', message: 'No node takes pod a.', cure: 'Add a node.' } as const;
  const down = jobIs('RESTARTING');

  expectFindings([
    [
      'a lost node is left to Kubernetes, which makes the pods anew',
      { ...down, ...lost(100) },
      {},
      'NODE_LOST',
      'wait',
      /Node n1 has not been heard of for 100 s, and with it 1 pod: orders-taskmanager/,
    ],
    [
      'a lost node is left for another when that takes too long',
      { ...jobIs('RESTARTING', 361), ...lost(361) },
      {},
      'NODE_LOST',
      'restartCluster',
    ],
    [
      'a job that failed with its node is not waited for',
      { ...jobIs('FAILED'), ...lost(50) },
      {},
      'NODE_LOST',
      'restartCluster',
    ],
    [
      'a node that was lost long ago is left to Kubernetes when the job has only just gone down',
      { ...jobIs('RESTARTING', 5), ...lost(9999) },
      {},
      'NODE_LOST',
      'wait',
    ],
    [
      'a node whose pods were replaced says nothing of a restart of the job',
      { ...jobIs('RESTARTING', 5), ...lost(9999, { ready: 2 }) },
      {},
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'a JobManager that took over on another node has its time to find its job',
      { ...jobIs('absent', 5), ...lost(9999) },
      storage,
      'NODE_LOST',
      'wait',
    ],
    [
      'an image that is gone is shown, for a new Flink cluster would want the same',
      { ...down, podTrouble: noImage },
      {},
      'IMAGE_GONE',
      'report',
      /Image a:1/,
    ],
    ['an image that a job which runs lacks is shown', { podTrouble: noImage }, {}, 'PODS_IN_TROUBLE', 'report'],
    [
      'pods without a node are shown',
      { ...jobIs('RESTARTING', 9999), podTrouble: noNode },
      {},
      'PODS_IN_TROUBLE',
      'report',
    ],
  ]);

  test('a lost node that the job does without is no finding', () => expect(found(lost(100))).toBeUndefined());
});
