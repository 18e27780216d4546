/** From where a job goes on that waits beside what is left of a start. */
import { expect, test } from '@jest/globals';
import type { Generation } from '../../core/generation.ts';
import { pointBeforeStart } from '../../core/left-start.ts';
import { someGeneration } from '../support/state-fixture.ts';

const [waits, named, other] = ['s3://b/stop-5/savepoint-a', 's3://b/taken-3/savepoint-b', 's3://b/chk-7'];
const left = someGeneration(2, { restoreFrom: named });
const waiting = { uid: left.identity.uid, generations: [left], restorePoint: waits };

test.each<[string, Partial<typeof waiting>, Generation, Parameters<typeof pointBeforeStart>[2], string | undefined]>([
  ['what it waits with, where the start is known to have failed', {}, left, { restorePoint: named }, waits],
  ['the same, however the address is written', {}, left, { restorePoint: `${named}/` }, waits],
  ['what that start has completed', {}, left, { restorePoint: other, kind: 'checkpoint' }, undefined],
  [
    'what the stop has found, where the job waits with nothing',
    { restorePoint: undefined },
    left,
    { restorePoint: named },
    undefined,
  ],
  [
    'where it began by a lost operation',
    { generations: [someGeneration(2)] },
    left,
    { restorePoint: named },
    undefined,
  ],
  ['where its lost submission began', {}, { ...left, submission: 7 }, { restorePoint: named }, undefined],
  ['where its anchor says that it began', {}, left, { restorePoint: other }, undefined],
  ['where what was taken over began', { uid: 'another1' }, left, { restorePoint: named }, undefined],
  ['nothing of a start that was empty', { generations: [someGeneration(2)] }, someGeneration(2), {}, undefined],
])('%s', (_title, known, generation, found, point) => {
  const input = { ...waiting, ...known };
  expect(pointBeforeStart(input, generation, found)).toBe(point);
});
