import { describe, expect, test } from '@jest/globals';
import { pointerMapName } from '../../../core/names.ts';
import { application, expectFindings, found, storage, type SpecChange } from '../../support/findings.ts';
import { jobIs, pods } from '../../support/observation-fixture.ts';
import { someGeneration } from '../../support/state-fixture.ts';

const { identity } = someGeneration(2);
const heal: SpecChange = { recovery: { drift: 'heal' } };

describe('objects that somebody else', () => {
  const pointersGone = { missing: [`ConfigMap ${pointerMapName(identity, 1)}`] };
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
      'deleted of what high availability keeps let the job go on in another generation, while it runs',
      pointersGone,
      storage,
      'OBJECTS_DELETED',
      'restartCluster',
      /1 object of the job: ConfigMap orders-\S+-config-map\. Without the pointers .* from where it once began\.$/,
    ],
    [
      'deleted of what high availability keeps are not put back, with a job that is down',
      { ...down, missing: [...pointersGone.missing, ...missing.missing] },
      { ...storage, ...heal },
      'OBJECTS_DELETED',
      'restartCluster',
    ],
    [
      'deleted of another submission say nothing of this one',
      { ...pointersGone, submission: 2 },
      storage,
      'OBJECTS_DELETED',
      'report',
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

  test('deleted of what high availability keeps are left to the reader where nothing is brought back', () => {
    const never: SpecChange = { ...storage, recovery: { policy: 'never' } };
    const cureOf = (objects: readonly string[]) => found({ missing: objects }, never)?.failure?.cure;
    expect(cureOf(pointersGone.missing)).toMatch(/^`drey restart orders --mode last-state` .* may happen again\.$/);
    expect(cureOf(['ConfigMap orders-abcdefgh-2', ...pointersGone.missing])).toMatch(/^See who deletes them/);
  });
});
