/** What the records tell of removed jobs, and of jobs that start from savepoints. */
import { describe, expect, test } from '@jest/globals';
import { findJob } from '../../../clients/postgres/jobs.ts';
import { writeRecords } from '../../../clients/postgres/records.ts';
import { completedSavepoints, findRemovedJob } from '../../../clients/postgres/removed-jobs.ts';
import { findSavepointUsers } from '../../../clients/postgres/savepoint-users.ts';
import type { JobView } from '../../../core/job.ts';
import { emptiedDatabase, postgres } from '../../support/emptied-database.ts';
import { candidateView, jobView, operationRecord } from '../../support/records.ts';
import { someSavepoint } from '../../support/state-fixture.ts';

emptiedDatabase('jobs', 'revisions', 'operations', 'events', 'savepoints');

const ref = { tenant: 'default', name: 'counts', uid: 'first001' };
const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;

async function record(...views: readonly Partial<JobView>[]): Promise<void> {
  const jobs = views.map((view) => jobView(view));
  await writeRecords(
    postgres,
    jobs.map((job) => ({ kind: 'job', uid: job.uid, seq: 7, job })),
  );
}

describe('a removed job', () => {
  test('is found by its uid beside the one that has its name now, with the highest numbers that it has used', async () => {
    await record({ ...ref, phase: 'REMOVED', createdAt: day(1) }, { uid: 'second02', createdAt: day(2) });
    const operations = [operationRecord({ number: 3, generation: 5 }), operationRecord({ number: 11, kind: 'remove' })];
    await writeRecords(
      postgres,
      operations.map((operation) => ({ kind: 'operation', uid: ref.uid, seq: 1, operation })),
    );
    expect(await findRemovedJob(postgres, ref)).toMatchObject({
      job: { uid: ref.uid, phase: 'REMOVED' },
      jobSeq: 7,
      lastOperation: 11,
      lastGeneration: 5,
    });
    expect(await findRemovedJob(postgres, { ...ref, uid: 'second02' })).toBeUndefined();
    expect(await findRemovedJob(postgres, { ...ref, tenant: 'other' })).toBeUndefined();
    expect((await findJob(postgres, ref))?.uid).toBe(ref.uid);
    expect((await findJob(postgres, { ...ref, uid: undefined }))?.uid).toBe('second02');
  });

  test('has used no numbers where nothing is recorded of it', async () => {
    await record({ ...ref, phase: 'REMOVED' });
    expect(await findRemovedJob(postgres, ref)).toMatchObject({ lastOperation: 0, lastGeneration: 0 });
  });

  test('has those of its savepoints whose files are there, the oldest first', async () => {
    const late = { ...someSavepoint(7), operation: 2 };
    const waited = { ...someSavepoint(4), after: 5 };
    const all = [waited, someSavepoint(5), late, someSavepoint(2), { ...someSavepoint(3), state: 'disposed' as const }];
    await writeRecords(
      postgres,
      all.map((savepoint) => ({ kind: 'savepoint', uid: ref.uid, seq: 1, savepoint })),
    );
    expect((await completedSavepoints(postgres, ref.uid)).map(({ number }) => number)).toEqual([2, 7, 5, 4]);
  });
});

describe('a savepoint is needed', () => {
  const path = 'file:/flink-state/savepoints/first001/taken-2/savepoint-1';
  test.each<[string, Partial<JobView>, string[]]>([
    ['by a job that waits with it', { restorePoint: path.replace('file:/', 'file:///') }, ['counts']],
    ['by one that was started from it', { startedFrom: path }, ['counts']],
    ['by one whose candidate was started from it', { candidate: candidateView(path) }, ['counts']],
    ['by one that is restored from it', { restoring: `${path}/`, restorePoint: 's3://a/b' }, ['counts']],
    ['by one that is restored from it next', { restoring: 's3://a/b', restoringNext: ['s3://a/c', path] }, ['counts']],
    ['by none that starts from elsewhere', { restorePoint: `${path}1` }, []],
    ['by none that starts from nothing', {}, []],
    ['by none that was removed', { phase: 'REMOVED', restorePoint: path }, []],
    ['not by the job that it is of', { uid: ref.uid, restorePoint: path }, []],
  ])('%s', async (_name, view, names) => {
    await record(view);
    expect((await findSavepointUsers(postgres, path, ref.uid)).map(({ name }) => name)).toEqual(names);
  });

  test('by jobs of any tenant, and by the newest of each name only', async () => {
    await record(
      { uid: 'lost0001', name: 'lost', createdAt: day(1), restorePoint: path },
      { uid: 'lost0002', name: 'lost', createdAt: day(2) },
      { uid: 'other001', tenant: 'acme', name: 'b', restorePoint: path },
      { uid: 'other002', tenant: 'acme', name: 'a', restorePoint: path },
    );
    expect(await findSavepointUsers(postgres, path, ref.uid)).toEqual([
      { tenant: 'acme', name: 'a' },
      { tenant: 'acme', name: 'b' },
    ]);
  });
});
