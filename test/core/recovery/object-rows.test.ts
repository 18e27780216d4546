import { describe } from '@jest/globals';
import { application, expectFindings, storage, type SpecChange } from '../../support/findings.ts';
import { jobIs, pods } from '../../support/observation-fixture.ts';

const heal: SpecChange = { recovery: { drift: 'heal' } };

describe('objects that somebody else', () => {
  const missing = { missing: ['Deployment orders-abcdefgh-2-tm'] };
  const changed = { changed: [{ object: 'Deployment orders-abcdefgh-2-tm', what: 'replicas: 0 instead of 2' }] };
  const noPod = [{ object: 'Job orders-abcdefgh-2-jm', what: 'replicas: 0 instead of 1' }];
  const noJobManager = { pods: { jobmanager: pods(1, { present: 0, ready: 0 }), taskmanager: pods(2) } };
  const down = jobIs('RESTARTING');

  expectFindings([
    [
      'deleted are put back where the job is down',
      { ...down, ...missing },
      {},
      'OBJECTS_DELETED',
      'heal',
      /1 object of the job: Deployment/,
    ],
    ['deleted are put back where drift is healed', missing, heal, 'OBJECTS_DELETED', 'heal'],
    [
      'deleted are counted, and a few of them named',
      { missing: ['a', 'b', 'c', 'd', 'e'] },
      {},
      'OBJECTS_DELETED',
      'report',
      /5 objects of the job: a, b, c, 2 more\./,
    ],
    ['deleted are else shown', missing, {}, 'OBJECTS_DELETED', 'report'],
    [
      'deleted with the anchor are made anew in another generation',
      { missing: ['ConfigMap orders-abcdefgh-2', 'Deployment orders-abcdefgh-2-tm'] },
      {},
      'OBJECTS_DELETED',
      'restartCluster',
    ],
    [
      'deleted of what high availability keeps are made anew in another generation',
      { missing: ['ConfigMap orders-abcdefgh-2-cluster-config-map'] },
      storage,
      'OBJECTS_DELETED',
      'restartCluster',
    ],
    [
      'deleted of an application are not put back where that would run it from nothing',
      { ...jobIs('silent', 1), missing: ['Job orders-abcdefgh-2-jm'] },
      application,
      'OBJECTS_DELETED',
      'restartCluster',
    ],
    [
      'changed are put back where drift is healed',
      changed,
      heal,
      'OBJECTS_CHANGED',
      'heal',
      /replicas: 0 instead of 2/,
    ],
    [
      'changed of an application are not put back where that would run it from nothing',
      { ...jobIs('silent', 1), changed: noPod, ...noJobManager },
      { ...application, ...heal },
      'JOB_MANAGER_GONE',
      'restartCluster',
    ],
    [
      'changed of an application are shown as long as it runs',
      { changed: noPod },
      { ...application, ...heal },
      'OBJECTS_CHANGED',
      'report',
    ],
    ['changed are else shown', changed, {}, 'OBJECTS_CHANGED', 'report'],
    [
      'changed do not keep a job from being brought back',
      { ...jobIs('FAILED'), ...changed },
      heal,
      'JOB_FAILED',
      'restart',
    ],
  ]);
});
