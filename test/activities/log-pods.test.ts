import { describe, expect, test } from '@jest/globals';
import { byName, inOrderOfInterest, logPodSelector, noLogPod } from '../../activities/cluster/log-pods.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';

const wanted = { tenant: 'default', job: 'counts', component: 'taskmanager' } as const;

function pod(name: string, phase: string, minute: number, isLeaving = false): ObjectOf<'Pod'> {
  const at = `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
  const leaving = isLeaving ? { deletionTimestamp: at } : {};
  const metadata = { name, uid: name, resourceVersion: '1', creationTimestamp: at, ...leaving };
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase } };
}

const namesOf = (pods: readonly ObjectOf<'Pod'>[]) => pods.map(({ metadata }) => metadata.name);

describe('the pod to follow', () => {
  test('is the newest that runs and stays, not one that waits for its place', () => {
    const pods = [
      pod('waits', 'Pending', 9),
      pod('older', 'Running', 1),
      pod('newer', 'Running', 2),
      pod('leaves', 'Running', 8, true),
      pod('failed', 'Failed', 3),
    ];
    expect(namesOf(inOrderOfInterest(pods, wanted))).toEqual(['newer', 'older', 'leaves', 'failed', 'waits']);
  });

  test('is the one that is named, of whichever component', () => {
    const pods = [pod('one', 'Running', 1), pod('two', 'Pending', 2)];
    expect(namesOf(inOrderOfInterest(pods, { ...wanted, pod: 'two' }))).toEqual(['two']);
    expect(logPodSelector({ ...wanted, pod: 'two' })).toMatch(/component in \(jobmanager,taskmanager\)$/);
    expect(logPodSelector(wanted)).toMatch(/component in \(taskmanager\)$/);
  });
});

test('pods are listed by name, their numbers as numbers', () => {
  const pods = [pod('tm-10', 'Running', 1), pod('tm-9', 'Running', 1)];
  expect(namesOf(pods.toSorted(byName))).toEqual(['tm-9', 'tm-10']);
});

test('where the named pod is not, the others are named', () => {
  expect(noLogPod({ ...wanted, pod: 'x' }, [pod('b', 'Running', 1), pod('a', 'Running', 1)])).toBe(
    'There is no pod x of counts now; there are: a, b.',
  );
});
