import { describe, expect, test } from '@jest/globals';
import { disposalOfRemoved, type RecalledJob } from '../../core/removed-job.ts';
import {
  chosenOfRemoved,
  goingWithJob,
  recordedStarts,
  refusalOfDisposal,
  refusalOfStart,
  startsOf,
  type RemovedWish,
} from '../../core/removed-savepoints.ts';
import { neededBy } from '../../core/savepoint-users.ts';
import { candidateView, jobView } from '../support/records.ts';
import {
  smallSpec,
  someGeneration,
  someOperation,
  someSavepoint,
  someState,
  someTime,
} from '../support/state-fixture.ts';

const now = Date.parse('2026-01-10T00:00:00Z');
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };
const spec = smallSpec({ storage, savepoints: { retain: { count: 4, age: '7d' } } });
const removed = jobView({ name: 'orders', uid: 'abcdefgh', phase: 'REMOVED', spec });

/** One for each day of January. */
const daily = [2, 3, 5, 8, 9].map((day) => someSavepoint(day, { takenAt: `2026-01-0${day}T00:00:00Z` }));
const elsewhere = someSavepoint(1, { path: 's3://other/abcdefgh/taken-1/savepoint-1' });
const pathOf = (number: number) => someSavepoint(number).path;
const numbersOf = (chosen: ReturnType<typeof chosenOfRemoved>) =>
  'code' in chosen ? chosen.code : chosen.map(({ number }) => number);

describe('of the savepoints of a removed job', () => {
  test.each<[string, RemovedWish, number[] | string]>([
    ['one goes that is named', { number: 5, force: false }, [5]],
    ['one that is not there cannot go', { number: 4, force: true }, 'NO_SUCH_SAVEPOINT'],
    ['the newest one stays', { number: 9, force: false }, 'SAVEPOINT_IN_USE'],
    ['the newest one goes when its user insists', { number: 9, force: true }, [9]],
    ['all go but the newest one', { which: 'all', force: false }, [2, 3, 5, 8]],
    ['all go when their user insists', { which: 'all', force: true }, [2, 3, 5, 8, 9]],
    ['those over the count and the age of now go', { which: 'overRetention', force: false }, [2]],
  ])('%s', (_name, wish, expected) => expect(numbersOf(chosenOfRemoved(daily, removed, wish, now))).toEqual(expected));

  test('all go but the newest one of the job and that of its candidate', () => {
    const all = [...daily, someSavepoint(10, { ofCandidate: true })];
    expect(numbersOf(chosenOfRemoved(all, removed, { which: 'all', force: false }, now))).toEqual([2, 3, 5, 8]);
  });

  test('those go by age that have become too old since', () => {
    const later = now + 3 * 86_400_000;
    expect(numbersOf(chosenOfRemoved(daily, removed, { which: 'overRetention', force: true }, later))).toEqual([
      2, 3, 5,
    ]);
  });

  test('what it waited with is needed no more, and what it was left running from is', () => {
    const waited = { ...removed, restorePoint: pathOf(3) };
    const left = { ...removed, startedFrom: pathOf(3) };
    const wish = { number: 3, force: false };
    expect(numbersOf(chosenOfRemoved(daily, waited, wish, now))).toEqual([3]);
    expect(numbersOf(chosenOfRemoved(daily, left, wish, now))).toBe('SAVEPOINT_IN_USE');
    expect(numbersOf(chosenOfRemoved(daily, left, { which: 'all', force: false }, now))).toEqual([2, 5, 8]);
  });

  test('those on another storage only go when they are named', () => {
    const all = [elsewhere, ...daily];
    expect(numbersOf(chosenOfRemoved(all, removed, { which: 'all', force: true }, now))).toEqual([2, 3, 5, 8, 9]);
    expect(numbersOf(chosenOfRemoved(all, removed, { number: 1, force: false }, now))).toEqual([1]);
  });

  test('at most twenty go at once, and a selection without any is refused', () => {
    const many = Array.from({ length: 30 }, (_, index) => someSavepoint(index + 1));
    expect(numbersOf(chosenOfRemoved(many, removed, { which: 'all', force: true }, now))).toHaveLength(20);
    for (const which of ['all', 'overRetention'] as const)
      expect(numbersOf(chosenOfRemoved(daily.slice(-1), removed, { which, force: false }, now))).toBe(
        'NO_SUCH_SAVEPOINT',
      );
  });
});

describe('with a job that is deleted', () => {
  const root = 'file:///flink-state/savepoints';
  test.each<[string, string | undefined, string | undefined, number[]]>([
    ['all its savepoints go', root, undefined, [2, 3, 5, 8, 9]],
    ['all but the one with which it was stopped', root, pathOf(9), [2, 3, 5, 8]],
    [
      'all, where it went on from a checkpoint',
      root,
      'file:/flink-state/checkpoints/abcdefgh/j/chk-7',
      [2, 3, 5, 8, 9],
    ],
    ['none goes that lies elsewhere', 's3://bucket/savepoints', undefined, []],
    ['none goes where it has no storage', undefined, undefined, []],
  ])('%s', (_name, where, kept, numbers) =>
    expect(goingWithJob(daily, where, kept).map(({ number }) => number)).toEqual(numbers),
  );
});

/** A job with a candidate that was started from there. */
const besides = (restoreFrom: string) =>
  someState({
    phase: 'DUAL_RUNNING',
    candidateSince: someTime,
    generations: [someGeneration(2), someGeneration(3, { candidate: true, restoreFrom })],
  });

describe('beside the job that has the name now', () => {
  const asked = { job: removed, savepoints: daily.slice(0, 2) };
  const restoring = { ...someOperation(5, 'upgrade'), restoreFrom: `${pathOf(3)}/` };
  test.each([
    ['they go when there is none', undefined, 0, undefined],
    ['they go when it starts from elsewhere', someState({ restorePoint: pathOf(5) }), 0, undefined],
    ['they stay when it waits with one', someState({ restorePoint: pathOf(3) }), 0, 'SAVEPOINT_NEEDED'],
    ['they stay when it was started from one', someState({ startedFrom: pathOf(2) }), 0, 'SAVEPOINT_NEEDED'],
    ['they stay when its candidate was started from one', besides(pathOf(2)), 0, 'SAVEPOINT_NEEDED'],
    ['they go when its candidate was started from elsewhere', besides(pathOf(5)), 0, undefined],
    ['they stay when it shall be restored from one', someState({ queue: [restoring] }), 0, 'SAVEPOINT_NEEDED'],
    ['they stay while it is restored from one', someState({ running: restoring }), 0, 'SAVEPOINT_NEEDED'],
    [
      'they go when it is the removed one itself',
      someState({ phase: 'REMOVED', restorePoint: pathOf(3) }),
      0,
      undefined,
    ],
    ['they wait in a queue that has an end', undefined, 20, 'QUEUE_FULL'],
  ])('%s', (_name, living, waiting, code) =>
    expect(refusalOfDisposal(asked, startsOf(living), waiting)?.code).toBe(code),
  );

  test.each([
    ['waits with one', jobView({ restorePoint: pathOf(3) }), 'SAVEPOINT_NEEDED'],
    ['was started from one', jobView({ startedFrom: pathOf(3) }), 'SAVEPOINT_NEEDED'],
    ['has a candidate that was started from one', jobView({ candidate: candidateView(pathOf(3)) }), 'SAVEPOINT_NEEDED'],
    ['is being restored from one', jobView({ restoring: pathOf(3) }), 'SAVEPOINT_NEEDED'],
    [
      'is to be restored from one next',
      jobView({ restoring: pathOf(9), restoringNext: [pathOf(3)] }),
      'SAVEPOINT_NEEDED',
    ],
    ['is removed, too', jobView({ phase: 'REMOVED', startedFrom: pathOf(3) }), undefined],
  ])('they stay when the recorded job %s', (_name, living, code) =>
    expect(refusalOfDisposal(asked, recordedStarts(living), 0)?.code).toBe(code),
  );

  test('they must still be there when their turn to be taken comes', () => {
    expect(refusalOfDisposal({ job: removed, savepoints: [] }, [], 0)?.code).toBe('NO_SUCH_SAVEPOINT');
  });

  test('it does not start from one that is about to go', () => {
    expect(
      refusalOfStart(daily, [undefined, 'file:///flink-state/savepoints/abcdefgh/taken-3/savepoint-abc-1']),
    ).toEqual({
      code: 'NO_SUCH_SAVEPOINT',
      message: `Savepoint 3 of the removed job, ${pathOf(3)}, is being disposed of.`,
    });
    expect(refusalOfStart(daily, [pathOf(4), undefined])).toBeUndefined();
    expect(refusalOfStart([], [pathOf(3)])).toBeUndefined();
  });
});

test('who needs a savepoint is told, and jobs of other tenants are not named', () => {
  const users = [
    { tenant: 'acme', name: 'secret' },
    { tenant: 'default', name: 'b' },
    { tenant: 'other', name: 'c' },
  ];
  expect(neededBy(3, users, 'default')).toBe(
    'savepoint 3 stays, for job b and a job of another tenant may start from it',
  );
});

test('the operation counts on from those of the removed job, and reaches the storage by a generation that never was', () => {
  const host = { number: 4, spec, specHash: 'h4' };
  const recalled: RecalledJob = {
    job: removed,
    jobSeq: 30,
    lastOperation: 11,
    lastGeneration: 6,
    savepoints: daily.slice(0, 2),
    host,
  };
  const { record, recordSeq, input } = disposalOfRemoved(recalled, { number: 12, requestedBy: 'ada', now: someTime });
  expect(record).toMatchObject({
    number: 12,
    kind: 'dispose',
    state: 'queued',
    reason: 'Savepoints 2, 3 of the removed job shall go',
    workflowId: 'job/default/orders/12-dispose',
  });
  expect(input).toMatchObject({
    record,
    recordSeq,
    uid: 'abcdefgh',
    cluster: 'local',
    generations: [],
    wasRunning: false,
  });
  // The newest operation may have been rolled back, onto a generation that no record names.
  expect(input.target).toMatchObject({ identity: { uid: 'abcdefgh', number: 8 }, revision: 4, spec });
});
