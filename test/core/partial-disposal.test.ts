import { expect, test } from '@jest/globals';
import type { Failure } from '../../core/failure.ts';
import { mayOthersGo, notAllGone } from '../../core/partial-disposal.ts';

const refused: Failure = { code: 'STORAGE_UNUSABLE', message: 'It is refused.', cure: 'See.' };

test.each<[string, Failure['code'], number, boolean]>([
  ['goes on with the others where the storage refuses one', 'STORAGE_UNUSABLE', 9_000, true],
  ['ends where that took as long as for a volume that is not mounted', 'STORAGE_UNUSABLE', 330_000, false],
  ['ends where no agent answers', 'CLUSTER_SILENT', 1_000, false],
  ['ends where PostgreSQL does not answer', 'RECORDS_AWAY', 30_000, false],
  ['ends where that in whose name it is done is gone', 'OBJECTS_GONE', 1_000, false],
  ['ends where no node takes the pod', 'NOT_SCHEDULABLE', 60_000, false],
])('a disposal of several %s', (_title, code, tookMs, goesOn) =>
  expect(mayOthersGo({ ...refused, code }, tookMs)).toBe(goesOn),
);

test.each<[string, number[], number[], string]>([
  ['which are still there, and which are gone', [2, 3, 5], [3, 5], 'It is refused. Still there: 2. Gone: 3, 5.'],
  ['that none is gone', [2, 3], [], 'It is refused. Still there: 2, 3. Gone: none.'],
  ['nothing more where it was about one', [2], [], 'It is refused.'],
])('its failure says %s', (_title, all, gone, message) =>
  expect(notAllGone(refused, all, gone)).toEqual({ ...refused, message }),
);
