/** Records: any order, any repetition and any text gives the same tables. */
import { describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, shuffledSubarray, tuple } from 'fast-check';
import { listEvents } from '../../../clients/postgres/events.ts';
import { findJob, listJobs } from '../../../clients/postgres/jobs.ts';
import { findOperation, lastPauses, listOperations } from '../../../clients/postgres/operations.ts';
import { writeRecords } from '../../../clients/postgres/records.ts';
import { findSavepoint, listSavepoints } from '../../../clients/postgres/savepoints.ts';
import { listRevisions } from '../../../clients/postgres/revisions.ts';
import { inTransaction } from '../../../clients/postgres/transaction.ts';
import type { RecordRow } from '../../../core/records.ts';
import { emptiedDatabase, otherDatabase, postgres } from '../../support/emptied-database.ts';
import { someSavepoint } from '../../support/state-fixture.ts';
import { jobSpec, jobView, operationRecord } from '../../support/records.ts';

emptiedDatabase('jobs', 'revisions', 'operations', 'events', 'savepoints');

const counts = { tenant: 'default', name: 'counts' };

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

/** The life of a job that is removed and made again, as its workflows would report it. */
function life(): RecordRow[] {
  return ['first001', 'second02'].flatMap((uid, index): RecordRow[] => {
    const job = (seq: number, phase: 'DEPLOYING' | 'RUNNING' | 'REMOVED'): RecordRow => ({
      kind: 'job',
      uid,
      seq,
      job: jobView({ uid, phase, createdAt: at(index * 10), updatedAt: at(index * 10 + seq) }),
    });
    const operation = (number: number, seq: number, state: 'running' | 'succeeded'): RecordRow => ({
      kind: 'operation',
      uid,
      seq,
      operation: operationRecord({ number, state }),
    });
    const event = (seq: number): RecordRow => ({
      kind: 'event',
      uid,
      operation: 1,
      seq,
      at: at(seq),
      type: 'stepDone',
      text: `step ${seq}`,
    });
    const spec = jobSpec();
    const accepted = { specHash: 'abc', acceptedBy: 'tester', acceptedAt: at(1) };
    return [
      { kind: 'revision', uid, revision: 1, spec, ...accepted },
      { kind: 'revision', uid, revision: 2, spec, ...accepted },
      job(1, 'DEPLOYING'),
      job(2, 'RUNNING'),
      ...(index === 0 ? [job(3, 'REMOVED')] : []),
      operation(1, 1, 'running'),
      operation(1, 2, 'succeeded'),
      operation(2, 3, 'running'),
      event(1),
      event(2),
      event(3),
      { kind: 'savepoint', uid, seq: 2001, savepoint: someSavepoint(2) },
      { kind: 'savepoint', uid, seq: 3001, savepoint: someSavepoint(3) },
      { kind: 'savepoint', uid, seq: 4001, savepoint: { ...someSavepoint(2), state: 'disposed' } },
    ];
  });
}

async function tables(): Promise<unknown> {
  const names = ['jobs', 'revisions', 'operations', 'events', 'savepoints'];
  return Promise.all(
    names.map(
      async (name) => (await postgres.query(`select * from ${name} order by 1, 2, ${name === 'events' ? 3 : 1}`)).rows,
    ),
  );
}

describe('writeRecords', () => {
  test('gives the same tables for any order, any repetition and any division into batches', async () => {
    await writeRecords(postgres, life());
    const expected = await tables();
    const rows = life();
    const arrival = tuple(
      shuffledSubarray(rows, { minLength: rows.length }),
      array(constantFrom(...rows), { maxLength: 12 }),
    ).chain(([all, repeated]) => shuffledSubarray([...all, ...repeated], { minLength: all.length + repeated.length }));
    const scenario = tuple(arrival, integer({ min: 1, max: 9 }));
    await assert(
      asyncProperty(scenario, async ([arrived, size]) => {
        await postgres.query('truncate jobs, revisions, operations, events, savepoints');
        for (let from = 0; from < arrived.length; from += size)
          await writeRecords(postgres, arrived.slice(from, from + size));
        expect(await tables()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('lets many writers of the same rows through at once', async () => {
    const shuffled = Array.from({ length: 20 }, (_, index) => (index % 2 ? life() : life().toReversed()));
    await Promise.all(shuffled.map((rows) => writeRecords(postgres, rows)));
    expect((await findJob(postgres, counts))?.uid).toBe('second02');
  });

  test('writes all rows of a batch or none', async () => {
    const bad = { kind: 'event', uid: 'x', operation: 0, seq: 1, at: 'never', type: 't', text: '' } as const;
    await expect(writeRecords(postgres, [...life(), bad])).rejects.toThrow('timestamp');
    expect(await listJobs(postgres, { tenant: 'default' }, 10)).toEqual({ items: [] });
  });

  test('keeps text that jsonb refuses: NUL, half surrogate pairs, control characters, backslashes', async () => {
    const text = 'a\u0000b \ud800 c\u0007 \\u0000 \\ d \u{1F600} \\\u0000';
    const operation = operationRecord({ failure: { code: 'CRASH_LOOP', message: text, cure: '', evidence: text } });
    await writeRecords(postgres, [
      { kind: 'operation', uid: 'u', seq: 1, operation },
      { kind: 'event', uid: 'u', operation: 1, seq: 1, at: at(1), type: 'stepDone', text },
    ]);
    const kept = 'ab \uFFFD c\u0007 \\u0000 \\ d \u{1F600} \\';
    expect((await findOperation(postgres, 'u', 1))?.failure?.evidence).toBe(kept);
    expect((await listEvents(postgres, { uid: 'u' }, 10))[0]?.text).toBe(kept);
  });

  test('gives a spec of an earlier release back with what specs have gained since', async () => {
    await writeRecords(postgres, life());
    await postgres.query(`update jobs set view = (view::jsonb #- '{spec,spec,savepoints}')::json`);
    const { spec } = (await findJob(postgres, counts)) ?? {};
    expect(spec?.spec.savepoints).toEqual(jobSpec().spec.savepoints);
  });

  test('gives a spec back with its fields in the order they were written', async () => {
    await writeRecords(postgres, life());
    const view = await findJob(postgres, counts);
    expect(JSON.stringify(view?.spec)).toBe(JSON.stringify(jobSpec()));
  });
});

describe('reading', () => {
  test('finds the newest job of a name, and lists it alone even while the old one never said it was removed', async () => {
    await writeRecords(
      postgres,
      life().filter((row) => row.kind !== 'job' || row.job.phase !== 'REMOVED'),
    );
    const { items } = await listJobs(postgres, { tenant: 'default' }, 10);
    expect(items.map((job) => job.uid)).toEqual(['second02']);
  });

  test('pages through jobs without losing or repeating one', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `job-${index}`);
    const rows = names.map((name): RecordRow => ({
      kind: 'job',
      uid: `u-${name}`,
      seq: 1,
      job: jobView({ uid: `u-${name}`, name }),
    }));
    await writeRecords(postgres, rows);
    const seen: string[] = [];
    let page = await listJobs(postgres, { tenant: 'default' }, 7);
    for (;;) {
      seen.push(...page.items.map((job) => job.name));
      if (!page.next) break;
      page = await listJobs(postgres, { tenant: 'default' }, 7, page.next);
    }
    expect(seen).toEqual(names.toSorted());
  });

  test.each([
    [{ phases: ['FAILED'] as const }, ['failed']],
    [{ phases: ['FAILED', 'REMOVED'] as const }, ['failed', 'gone']],
    [{ cluster: 'far' }, ['abroad']],
    [{ namespace: 'other' }, ['abroad']],
    [{ namePrefix: 'la' }, ['labelled']],
    [{ namePrefix: 'l%' }, []],
    [{ labels: { team: 'a' } }, ['labelled']],
    [{ labels: { team: 'a', tier: 'b' } }, []],
    [{}, ['abroad', 'failed', 'labelled']],
  ])('filters by %j', async (filter, expected) => {
    const far = jobSpec('abroad', { cluster: 'far', namespace: 'other' });
    const plain = jobSpec('labelled');
    const labelled = { ...plain, metadata: { ...plain.metadata, labels: { team: 'a' } } };
    const jobs = [
      jobView({ uid: '1', name: 'failed', phase: 'FAILED' }),
      jobView({ uid: '2', name: 'gone', phase: 'REMOVED' }),
      jobView({ uid: '3', name: 'abroad', spec: far }),
      jobView({ uid: '4', name: 'labelled', spec: labelled }),
      jobView({ uid: '5', name: 'foreign', tenant: 'another' }),
    ];
    await writeRecords(
      postgres,
      jobs.map((job): RecordRow => ({ kind: 'job', uid: job.uid, seq: 1, job })),
    );
    const { items } = await listJobs(postgres, { tenant: 'default', ...filter }, 10);
    expect(items.map((job) => job.name)).toEqual(expected);
  });

  test('gives the last pause of each kind, however many savepoints came after it', async () => {
    const [uid, state] = ['first001', 'succeeded'] as const;
    const operations = [
      operationRecord({ number: 1, kind: 'upgrade', state, pauseMs: 9_000 }),
      operationRecord({ number: 2, kind: 'upgrade', state, pauseMs: 840 }),
      operationRecord({ number: 3, kind: 'upgrade', state }),
      operationRecord({ number: 4, kind: 'upgrade', state: 'failed', pauseMs: 60_000 }),
      operationRecord({ number: 5, kind: 'rescale', state, pauseMs: 90 }),
      ...Array.from({ length: 60 }, (_, index) => operationRecord({ number: 6 + index, kind: 'savepoint', state })),
    ];
    await writeRecords(
      postgres,
      operations.map((operation): RecordRow => ({ kind: 'operation', uid, seq: 1, operation })),
    );
    expect([...(await lastPauses(postgres, uid))]).toEqual([
      ['rescale', 90],
      ['upgrade', 840],
    ]);
  });

  test('gives operations, revisions and events newest first, page by page', async () => {
    await writeRecords(postgres, life());
    const uid = 'first001';
    expect((await listOperations(postgres, uid, 1)).map((one) => one.number)).toEqual([2]);
    expect((await listOperations(postgres, uid, 9, 2)).map((one) => one.number)).toEqual([1]);
    expect((await listRevisions(postgres, uid, 9, 2)).map((one) => one.revision)).toEqual([1]);
    expect((await listSavepoints(postgres, { uid }, 1)).map((one) => one.number)).toEqual([3]);
    expect((await listSavepoints(postgres, { uid }, 9, 3)).map((one) => one.state)).toEqual(['disposed']);
    expect((await listSavepoints(postgres, { uid, state: 'completed' }, 9)).map((one) => one.number)).toEqual([3]);
    expect(await findSavepoint(postgres, uid, 3)).toEqual(someSavepoint(3));
    expect(await findSavepoint(postgres, uid, 1)).toBeUndefined();
    const [first] = await listEvents(postgres, { uid, operation: 1 }, 1);
    expect(first).toEqual({ operation: 1, seq: 3, at: at(3), type: 'stepDone', text: 'step 3' });
    expect((await listEvents(postgres, { uid }, 9, first)).map((one) => one.seq)).toEqual([2, 1]);
  });
});

describe('inTransaction', () => {
  test('outlives a connection that is ended between two queries, and gives it to nobody else', async () => {
    const pool = await otherDatabase();
    const stopped = inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      await postgres.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await ended;
      await client.query('select 1');
    });
    await expect(stopped).rejects.toThrow(/not queryable|terminat/);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});
