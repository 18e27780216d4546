import { describe, expect, test } from '@jest/globals';
import { isUnchanged, refusalOf, supersede, type Asked } from '../../core/job-changes.ts';
import { smallSpec, someGeneration, someOperation, someState, someTime } from '../support/state-fixture.ts';

const ask = (change: Partial<Asked> = {}): Asked => ({ key: 'k', bodyHash: 'b', spec: smallSpec(), ...change });

describe('a change to a job', () => {
  test.each([
    ['is taken when nothing speaks against it', someState(), ask(), undefined],
    ['is taken at the revision it was made for', someState(), ask({ ifRevision: 3 }), undefined],
    ['is refused at another revision', someState(), ask({ ifRevision: 2 }), 'PRECONDITION_FAILED'],
    ['is refused when the job must not exist yet but does', someState(), ask({ ifRevision: 0 }), 'PRECONDITION_FAILED'],
    ['is refused while the job is being removed', someState({ phase: 'REMOVING' }), ask(), 'BEING_REMOVED'],
    [
      'is refused once its removal is queued',
      someState({ queue: [someOperation(5, 'remove')] }),
      ask(),
      'BEING_REMOVED',
    ],
    [
      'may not move the job to another cluster',
      someState(),
      ask({ spec: smallSpec({ cluster: 'other' }) }),
      'IMMUTABLE_FIELD',
    ],
    [
      'may not move the job to another namespace',
      someState(),
      ask({ spec: smallSpec({ namespace: 'b' }) }),
      'IMMUTABLE_FIELD',
    ],
    ['of a job that does not exist makes it', undefined, ask(), undefined],
    ['of a job that does not exist may ask for just that', undefined, ask({ ifRevision: 0 }), undefined],
    ['of a job that does not exist cannot be at a revision', undefined, ask({ ifRevision: 1 }), 'PRECONDITION_FAILED'],
    ['without a spec needs a job', undefined, { key: 'k', bodyHash: 'b' }, 'NO_SUCH_JOB'],
  ])('%s', (_name, state, asked, code) => {
    expect(refusalOf(state, asked)?.code).toBe(code);
  });

  const answered = [{ key: 'k', bodyHash: 'b', changed: true, operation: 4 }];

  test('with a key seen before is judged by its body only, whatever happened since', () => {
    expect(refusalOf(someState({ answered, phase: 'REMOVING' }), ask({ ifRevision: 1 }))).toBeUndefined();
  });

  test('with a key seen before and another body is refused', () => {
    expect(refusalOf(someState({ answered }), ask({ bodyHash: 'other' }))?.code).toBe('KEY_REUSED');
  });
});

describe('the same spec again', () => {
  test('changes nothing', () => expect(isUnchanged(someState(), 'h3')).toBe(true));
  test('tries again after a failure', () => {
    expect(isUnchanged(someState({ phase: 'FAILED' }), 'h3')).toBe(false);
    const failure = { code: 'SAVEPOINT_FAILED', message: 'm', cure: 'c' } as const;
    expect(isUnchanged(someState({ failure }), 'h3')).toBe(false);
  });
  test('is tried again when the operation that should bring it about was given up', () => {
    const generations = [someGeneration(2, { revision: 2 })];
    expect(isUnchanged(someState({ generations }), 'h3')).toBe(false);
    expect(isUnchanged(someState({ generations, running: someOperation(5) }), 'h3')).toBe(true);
    expect(isUnchanged(someState({ phase: 'SUSPENDED', generations: [] }), 'h3')).toBe(false);
  });
  test('is not another spec', () => expect(isUnchanged(someState(), 'h4')).toBe(false));
});

test('a newer wish takes the place of what is queued, and says so', () => {
  const [replaced] = supersede([someOperation(5)], 6, someTime);
  expect(replaced?.record).toMatchObject({ number: 5, state: 'superseded', supersededBy: 6, endedAt: someTime });
  expect(replaced?.recordSeq).toBe(2);
});
