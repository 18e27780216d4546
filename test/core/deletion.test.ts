import { describe, expect, test } from '@jest/globals';
import { savepointsGo } from '../../core/deletion.ts';
import type { QueuedOperation } from '../../core/job-state.ts';
import { takeTarget } from '../../core/operation-targets.ts';
import { smallSpec, someGeneration, someOperation, someSavepoint, someState } from '../support/state-fixture.ts';

type Wish = Pick<QueuedOperation, 'deletion' | 'savepointsLeft'>;

const keeping = smallSpec();
const disposing = smallSpec({ cleanup: { savepoints: 'dispose' } });

test.each<[string, typeof keeping, Wish, boolean]>([
  ['stay unless the spec says otherwise', keeping, {}, false],
  ['go where the spec says so', disposing, {}, true],
  ['go where the caller says so', keeping, { savepointsLeft: 'dispose' }, true],
  ['stay where the caller says so', disposing, { savepointsLeft: 'keep' }, false],
  ['stay with a job that is left running', disposing, { deletion: 'leave', savepointsLeft: 'dispose' }, false],
  ['go with a job that is stopped with one', disposing, { deletion: 'savepoint' }, true],
])('savepoints of a deleted job %s', (_name, spec, wish, go) => expect(savepointsGo(spec, wish)).toBe(go));

const suspended = () => someState({ phase: 'SUSPENDED', generations: [], savepoints: [someSavepoint(4)] });

describe('a removal that takes the savepoints along', () => {
  const removal = { ...someOperation(5, 'remove'), savepointsLeft: 'dispose' as const };
  const revision = { number: 3, spec: keeping, specHash: 'h3' };

  test('has something to reach the storage by where the job has no generation, which is noted first', () => {
    const state = suspended();
    const target = takeTarget(state, revision, removal);
    expect(target).toMatchObject({ identity: { uid: 'abcdefgh', number: 3 }, revision: 3 });
    expect(state.generations).toEqual([target]);
  });

  test.each([
    ['the job has a generation', { ...suspended(), generations: [someGeneration(2)] }, removal],
    ['there is none', { ...suspended(), savepoints: [] }, removal],
    ['they stay', suspended(), someOperation(5, 'remove')],
  ])('needs nothing where %s', (_name, state, operation) => {
    expect(takeTarget(state, revision, operation)).toBeUndefined();
    expect(state.lastGeneration).toBe(2);
  });
});
