import { expect, test } from '@jest/globals';
import type { Failure } from '../../../core/failure.ts';
import { isNoRoom } from '../../../core/plan/no-room.ts';

const quota = 'pods "a-1" is forbidden: exceeded quota: small, requested: cpu=1, used: cpu=2, limited: cpu=2';

test.each<[string, Pick<Failure, 'code' | 'message'>, boolean]>([
  ['the scheduler finds no node', { code: 'NOT_SCHEDULABLE', message: 'Insufficient cpu.' }, true],
  ['the quota of the namespace is used up', { code: 'OBJECTS_REFUSED', message: quota }, true],
  ['a policy refuses the pod', { code: 'OBJECTS_REFUSED', message: 'violates PodSecurity "restricted"' }, false],
  ['an image is not there', { code: 'IMAGE_NOT_PULLED', message: 'exceeded quota of pulls' }, false],
])('%s', (_title, failure, noRoom) => {
  expect(isNoRoom({ cure: 'c', ...failure })).toBe(noRoom);
});
