/** What a dry run says of savepoints that are asked for, or that shall go. */
import { describe, expect, test } from '@jest/globals';
import { dryRun, type Wish } from '../../core/dry-run.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { pausesOf, type RecordedJob } from '../../core/recorded-job.ts';
import type { CompletedSavepoint } from '../../core/savepoint.ts';
import { suspended } from '../../core/verbs.ts';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';
import { someSavepoint } from '../support/state-fixture.ts';

const storage = { root: 's3://bucket/flink' };
const spec = jobSpec('counts', { storage });
const generation = { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' };
const candidate = { ...generation, number: 2, revision: 2, since: '2026-01-01T00:00:00.000Z' };
const nowMs = Date.parse('2026-01-10T00:00:00Z');
const tried = { key: 'k', bodyHash: 'b', isRepeated: false, nowMs };
const stopped = { phase: 'SUSPENDED', generation: undefined, spec: suspended(spec), restorePoint: 's3://b/1' } as const;

function recorded(job: Partial<JobView> = {}, operations: readonly OperationRecord[] = []): RecordedJob {
  const specs = new Map([[1, spec]]);
  return { job: jobView({ spec, generation, lastRun: 1, ...job }), operations, pauses: pausesOf(operations), specs };
}

const take = (format?: 'canonical', ofCandidate?: true): Wish => ({ to: 'takeSavepoint', spec, format, ofCandidate });
const dispose = (number: number, force = false): Wish => ({ to: 'disposeSavepoint', spec, number, force });

describe('of savepoints', () => {
  const root = 's3://bucket/flink/savepoints';
  const taken = (number: number) => someSavepoint(number, { path: `${root}/a1b2c3d4/taken-${number}/savepoint-abc-1` });
  const having = (job: Partial<JobView> = {}, ...numbers: readonly number[]): RecordedJob => ({
    ...recorded(job, [operationRecord({ number: 6 }), operationRecord({ number: 5 })]),
    savepoints: numbers.map(taken),
  });
  const alone = { kind: 'savepoint', cost: 'none', changes: [] };

  test.each<[string, RecordedJob, Wish, object]>([
    [
      'one would be taken into a folder of its own, and the job runs on',
      having(),
      take(),
      {
        plan: { ...alone, notes: ['The job runs on.'] },
        savepoint: { number: 7, format: 'native', folder: `${root}/a1b2c3d4/taken-7` },
      },
    ],
    [
      'in the format that was asked for',
      having({ phase: 'DUAL_RUNNING' }),
      take('canonical'),
      { savepoint: { format: 'canonical' } },
    ],
    [
      'those over the retention would go with it',
      {
        ...having({}, 2, 3, 4),
        specs: new Map([[1, jobSpec('counts', { storage, savepoints: { retain: { count: 2 } } })]]),
      },
      take(),
      { deletes: [2, 3].map((number) => ({ number, path: `${root}/a1b2c3d4/taken-${number}` })) },
    ],
    [
      'one of a job that does not run would fail',
      having(stopped),
      take(),
      { plan: { ...alone, notes: [expect.stringMatching(/^It would fail with JOB_NOT_RUNNING/)] } },
    ],
    [
      'one of a job without storage would fail',
      { ...having(), specs: new Map([[1, jobSpec()]]) },
      take(),
      { plan: { notes: [expect.stringMatching(/^It would fail with NO_SAVEPOINT_STORAGE/)] } },
    ],
    [
      'the files of one would go',
      having({}, 2, 3),
      dispose(2),
      { plan: { kind: 'dispose', cost: 'none' }, deletes: [{ number: 2, path: `${root}/a1b2c3d4/taken-2` }] },
    ],
    [
      'the newest one only by force',
      having({ phase: 'SUSPENDED', generation: undefined }, 2, 3),
      dispose(3, true),
      { plan: { notes: [expect.stringMatching(/small pod/), 'The record stays.'] }, deletes: [{ number: 3 }] },
    ],
    [
      'one on another storage could not be reached',
      { ...having(), savepoints: [someSavepoint(2), taken(3)] },
      dispose(2),
      { plan: { notes: [expect.stringMatching(/^It would fail with STORAGE_UNUSABLE/)] } },
    ],
  ])('%s', (_title, job, wish, expected) => {
    expect(dryRun(job, wish, tried)).toMatchObject({ changed: true, revision: 1, ...expected });
  });

  const keepsOne = jobSpec('counts', { storage, savepoints: { retain: { count: 1 } } });
  const elsewhere = jobSpec('counts', { storage: { root: 's3://other' }, restartNonce: 1 });
  const beside = (savepoints: readonly CompletedSavepoint[]): RecordedJob => ({
    ...having({ phase: 'DUAL_RUNNING', revision: 2, spec: elsewhere, candidate }),
    savepoints,
    specs: new Map([
      [1, keepsOne],
      [2, elsewhere],
    ]),
  });
  const ofCandidate = true as const;
  test.each<[string, RecordedJob, Wish, number[]]>([
    [
      'the job, though its candidate has the last one',
      beside([taken(2), taken(3), { ...taken(4), ofCandidate }]),
      take(),
      [2, 3, 4],
    ],
    ['its candidate: by the retention of the job', beside([taken(2), taken(3)]), take(undefined, true), [2]],
  ])('beside a candidate the same go as would with one of %s', (_title, job, wish, numbers) => {
    const deletes = numbers.map((number) => ({ number, path: `${root}/a1b2c3d4/taken-${number}` }));
    expect(dryRun(job, wish, tried)).toMatchObject({ changed: true, deletes });
  });

  test('one that cannot be taken is told without a place', () => {
    expect(dryRun(having(stopped), take(), tried)).not.toHaveProperty('savepoint');
  });

  const busy = Array.from({ length: 20 }, () => operationRecord({ kind: 'savepoint', state: 'queued' }));
  test.each<[string, RecordedJob, Wish, string]>([
    ['the newest one', having({}, 2, 3), dispose(3), 'SAVEPOINT_IN_USE'],
    ['what the job waits with', having({ restorePoint: taken(2).path }, 2, 3), dispose(2), 'SAVEPOINT_IN_USE'],
    ['what it was started from', having({ startedFrom: taken(2).path }, 2, 3), dispose(2), 'SAVEPOINT_IN_USE'],
    ['what it is to be restored from', having({ restoring: taken(2).path }, 2, 3), dispose(2), 'SAVEPOINT_IN_USE'],
    ['what it is restored from next', having({ restoringNext: [taken(2).path] }, 2, 3), dispose(2), 'SAVEPOINT_IN_USE'],
    ['one that is not there', having({}, 2, 3), dispose(9), 'NO_SUCH_SAVEPOINT'],
    ['one too many', { ...having({}, 2, 3), operations: busy }, take(), 'QUEUE_FULL'],
    ['the disposal too many', { ...having({}, 2, 3), operations: busy }, dispose(2), 'QUEUE_FULL'],
    ['of a job that goes', having({ phase: 'REMOVING' }), take(), 'BEING_REMOVED'],
  ])('refused: %s', (_title, job, wish, code) => expect(dryRun(job, wish, tried)).toMatchObject({ code }));
});
