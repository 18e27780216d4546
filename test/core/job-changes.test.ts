import { describe, expect, test } from '@jest/globals';
import {
  builtOn,
  enqueued,
  isUnchanged,
  mendingFirst,
  refusalOf,
  refusalOfAside,
  supersede,
  waitingChange,
  type Asked,
} from '../../core/job-changes.ts';
import { successorOf } from '../../core/operation.ts';
import { newestChange } from '../../core/known-operations.ts';
import type { QueuedOperation } from '../../core/job-state.ts';
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
  const [replaced] = supersede([someOperation(5)], someOperation(6), someTime);
  expect(replaced?.record).toMatchObject({ number: 5, state: 'superseded', supersededBy: 6, endedAt: someTime });
  expect(replaced?.recordSeq).toBe(2);
  expect(replaced?.record.failure).toBeUndefined();
});

describe('a restore that gives way', () => {
  const restoreFrom = 's3://b/savepoint-1';
  const removal = someOperation(6, 'remove');
  const { revision: _none, ...removed } = removal.record;

  test.each<[string, QueuedOperation, string | undefined]>([
    ['to a spec says to which revision', someOperation(6), 'Superseded by revision 1: the job was not started from s3'],
    ['to a removal says to which operation', { ...removal, record: removed }, 'Superseded by operation 6 (remove)'],
    ['to another restore says so, too', { ...someOperation(6), restoreFrom: 's3://b/savepoint-2' }, 'Superseded by'],
    ['to what starts from the same savepoint is done by that', { ...someOperation(6), restoreFrom }, undefined],
  ])('%s', (_name, by, message) => {
    const [record] = enqueued([{ ...someOperation(5), restoreFrom }], by, someTime).replaced.map((one) => one.record);
    expect(record?.supersededBy).toBe(6);
    expect(record?.failure?.message.slice(0, message?.length)).toBe(message);
    expect(record && successorOf(record)).toBe(message === undefined ? 6 : undefined);
  });
});

const numbersOf = (queue: readonly QueuedOperation[]) => queue.map(({ record }) => record.number);

describe('what waits', () => {
  const [spec, taken] = [someOperation(5), someOperation(6, 'savepoint')];

  test.each([
    ['a spec takes the place of a spec, and of no savepoint', [spec, taken], someOperation(7), [6, 7], [5]],
    ['a savepoint takes the place of nothing', [spec, taken], someOperation(7, 'savepoint'), [5, 6, 7], []],
    ['a removal comes after the savepoints that wait', [taken, spec], someOperation(7, 'remove'), [6, 7], [5]],
  ])('%s', (_name, queue, operation, left, replaced) => {
    const after = enqueued(queue, operation, someTime);
    expect([numbersOf(after.queue), numbersOf(after.replaced)]).toEqual([left, replaced]);
  });

  const restore: QueuedOperation = { ...spec, mode: 'restore', restoreFrom: 's3://b/savepoint-1' };

  test.each<[string, Parameters<typeof builtOn>[0], object]>([
    ['builds on the change that runs', { running: someOperation(4), queue: [taken] }, { waitsFor: 4 }],
    ['builds on no savepoint, which may fail', { running: someOperation(4, 'savepoint'), queue: [] }, {}],
    ['builds on nothing where nothing runs', { queue: [] }, {}],
    [
      'goes on from where a spec was to start',
      { queue: [restore] },
      { mode: 'restore', restoreFrom: restore.restoreFrom },
    ],
    ['ends as a job was to end', { queue: [{ ...spec, force: true }] }, { force: true }],
    ['does not wait for what that spec asked to give up', { running: someOperation(4), queue: [spec] }, {}],
    [
      'waits for what that spec waited for',
      { running: someOperation(4), queue: [{ ...spec, waitsFor: 4 }] },
      { waitsFor: 4 },
    ],
  ])('and waits for others %s', (_name, state, base) => {
    expect(builtOn(state)).toEqual(base);
  });

  test('is bounded, but for specs and removals', () => {
    const many = Array.from({ length: 20 }, (_, index) => someOperation(index, 'savepoint'));
    expect(refusalOfAside({ name: 'orders', queue: many })?.code).toBe('QUEUE_FULL');
    expect(refusalOfAside({ name: 'orders', queue: [...many.slice(1), spec] })).toBeUndefined();
  });

  test('goes behind what mends a lost operation', () => {
    expect(waitingChange([taken, spec])).toBe(spec);
    expect(numbersOf(mendingFirst([taken, spec], spec))).toEqual([5, 6]);
    expect(numbersOf(mendingFirst([taken], someOperation(7)))).toEqual([7, 6]);
  });

  test('answers an unchanged spec with the newest operation that changes the job', () => {
    expect(newestChange({ queue: [taken], running: someOperation(4, 'savepoint'), newest: someOperation(3) })).toEqual(
      someOperation(3),
    );
    expect(newestChange({ queue: [taken, spec], newest: someOperation(3) })).toBe(spec);
  });
});
