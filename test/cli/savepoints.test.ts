import { describe, expect, test } from '@jest/globals';
import { sizeText } from '../../cli/kinds/size-text.ts';
import { jobSpec, jobView, operationRecord, savepointView } from '../support/records.ts';
import { page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/default/jobs/counts';
const savepoints = `${counts}/savepoints`;
const queued = operationRecord({ number: 7, kind: 'savepoint', state: 'queued' });
const failure = { code: 'SAVEPOINT_FAILED', message: 'Not supported.', cure: 'Use native.' } as const;
const accepted = { status: 202, body: { changed: true, job: jobView(), operation: queued } };

describe('savepoint create', () => {
  test('asks for one, and says which operation takes it', async () => {
    api.routes = { [`POST ${savepoints}`]: accepted };
    const ran = await runDrey(api.server, ['savepoint', 'create', 'job/counts', '--format', 'canonical']);
    expect(ran).toEqual({ code: 0, out: 'flinkjob/counts savepoint requested (operation 7)\n', err: '' });
    expect(api.asked).toMatchObject([{ method: 'POST', url: savepoints, body: { format: 'canonical' } }]);
    expect(api.asked[0]?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  });

  test('with --wait fails as the operation does, and names the cure', async () => {
    const ended = { ...queued, state: 'failed' as const, failure };
    api.routes = { [`POST ${savepoints}`]: accepted, [`GET ${counts}/operations/7`]: { body: ended } };
    const ran = await runDrey(api.server, ['savepoint', 'create', 'counts', '--wait']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('SAVEPOINT_FAILED: Not supported.');
    expect(ran.err).toContain('cure: Use native.');
  });

  test.each([
    [['create', 'counts'], `POST ${savepoints}`],
    [['restore', 'counts', '3'], `POST ${counts}/restore`],
    [['dispose', 'counts', '3'], `DELETE ${savepoints}/3`],
  ])('%j with --wait -o json prints the record of the operation', async (words, request) => {
    const ended = { ...queued, state: 'succeeded', endedAt: queued.requestedAt };
    api.routes = { [request]: accepted, [`GET ${counts}/operations/7`]: { body: ended } };
    const ran = await runDrey(api.server, ['savepoint', ...words, '--wait', '-o', 'json']);
    expect({ code: ran.code, record: JSON.parse(ran.out) }).toEqual({ code: 0, record: ended });
    const soon = await runDrey(api.server, ['savepoint', ...words, '-o', 'name']);
    expect(soon).toEqual({ code: 0, out: 'operation/7\n', err: '' });
  });

  test('with --dry-run says where it would go', async () => {
    const plan = { kind: 'savepoint', cost: 'none', changes: [], notes: ['The job runs on.'] };
    const savepoint = { number: 7, format: 'native', folder: 's3://b/taken-7' };
    const deletes = [{ number: 2, path: 's3://b/taken-2' }];
    const body = { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan, savepoint, deletes };
    api.routes = { [`POST ${savepoints}`]: { body } };
    const { code, out } = await runDrey(api.server, ['savepoint', 'create', 'counts', '--dry-run', '--wait']);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'flinkjob/counts savepoint (dry run)',
        '  needs: savepoint (cost: none)',
        '  takes: savepoint 7, native, to s3://b/taken-7',
        '  deletes: savepoint 2, s3://b/taken-2',
        '  note: The job runs on.',
        '',
      ].join('\n'),
    });
    expect(api.asked.map(({ url }) => url)).toEqual([`${savepoints}?dryRun=true`]);
    const json = await runDrey(api.server, ['savepoint', 'create', 'counts', '--dry-run', '-o', 'json']);
    expect(JSON.parse(json.out)).toEqual(body);
  });

  test.each([
    [['create', 'counts', '--format', 'raw']],
    [['create', 'counts', '--wait', '--timeout', 'soon']],
    [['restore', 'counts', '3', '--timeout', 'soon']],
    [['dispose', 'counts', '3', '--timeout', 'soon']],
  ])('%j is refused before anything is asked for', async (words) => {
    expect(await runDrey(api.server, ['savepoint', ...words])).toMatchObject({ code: 2 });
    expect(api.asked).toEqual([]);
  });
});

describe('savepoint dispose --dry-run', () => {
  test.each([
    [['counts', '3', '--force'], `${savepoints}/3?force=true&dryRun=true`, 'disposal of savepoint 3'],
    [['counts', '--all'], `${savepoints}?which=all&dryRun=true`, 'disposal of savepoints'],
  ])('of %j says what would go and what would stay', async (words, url, what) => {
    const plan = { kind: 'dispose', cost: 'none', changes: [], notes: [] };
    const found = {
      deletes: [{ number: 3, path: 's3://b/taken-3' }],
      keeps: [{ number: 4, why: 'savepoint 4 stays' }],
    };
    const body = { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan, ...found };
    api.routes = { [`DELETE ${url.split('?')[0]}`]: { body } };
    const { out } = await runDrey(api.server, ['savepoint', 'dispose', ...words, '--dry-run']);
    expect(out).toBe(
      [
        `flinkjob/counts ${what} (dry run)`,
        '  needs: dispose (cost: none)',
        '  deletes: savepoint 3, s3://b/taken-3',
        '  keeps: savepoint 4 stays',
        '',
      ].join('\n'),
    );
    expect(api.asked.map((one) => one.url)).toEqual([url]);
  });
});

describe('savepoint list', () => {
  test('shows them in a table', async () => {
    const failed = savepointView({ number: 2, state: 'failed', origin: 'periodic', failure });
    api.routes = { [`GET ${savepoints}`]: page([savepointView(), failed]) };
    expect((await runDrey(api.server, ['savepoint', 'list', 'counts'])).out).toMatchInlineSnapshot(`
"SAVEPOINT   STATE       ORIGIN     FORMAT   SIZE      REVISION   FLINK   AGE
3           completed   user       native   2.0 KiB   1          2.3     60m
2           failed      periodic   native   2.0 KiB   1          2.3     60m
"
`);
  });

  test('says so where there is none', async () => {
    api.routes = { [`GET ${savepoints}`]: page([]) };
    const ran = await runDrey(api.server, ['savepoint', 'list', 'counts']);
    expect(ran).toEqual({ code: 0, out: '', err: 'No savepoints found for job counts.\n' });
  });
});

describe('savepoint describe', () => {
  test('tells all of one', async () => {
    api.routes = { [`GET ${savepoints}/3`]: { body: savepointView({ pinned: true }) } };
    expect((await runDrey(api.server, ['savepoint', 'describe', 'counts', '3'])).out).toMatchInlineSnapshot(`
"Savepoint:   3
State:       completed
Origin:      user, by ada
Taken:       2026-01-01T00:00:00.000Z (60m ago)
Path:        file:/flink-state/savepoints/abcdefgh/taken-3/savepoint-abc-1
Format:      native
Size:        2.0 KiB
Flink:       2.3
Revision:    1
Generation:  2
Flink job:   f00d
Pinned:      yes: the job may need it
"
`);
    const { out } = await runDrey(api.server, ['savepoint', 'describe', 'counts', '3', '-o', 'json']);
    expect(JSON.parse(out)).toEqual(savepointView({ pinned: true }));
  });

  test('says what there is where there is no such one', async () => {
    api.routes = { [`GET ${savepoints}/9`]: problem('NO_SUCH_SAVEPOINT', 404, 'Job counts has no savepoint 9.') };
    const ran = await runDrey(api.server, ['savepoint', 'describe', 'counts', '9']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('drey savepoint list NAME') });
    expect((await runDrey(api.server, ['savepoint', 'describe', 'counts'])).code).toBe(2);
  });
});

describe('savepoint restore', () => {
  const started = { status: 202, body: { changed: true, job: jobView(), operation: { ...queued, kind: 'upgrade' } } };

  test('starts the job from it', async () => {
    api.routes = { [`POST ${counts}/restore`]: started };
    const ran = await runDrey(api.server, ['savepoint', 'restore', 'counts', '3']);
    expect(ran).toMatchObject({ code: 0, out: 'flinkjob/counts restore from savepoint 3 requested (operation 7)\n' });
    expect(api.asked[0]?.body).toEqual({ savepoint: 3 });
  });

  test('starts another job from it', async () => {
    api.routes = { [`POST ${counts}/restore`]: started };
    await runDrey(api.server, ['savepoint', 'restore', 'orders', '3', '--into', 'counts']);
    expect(api.asked[0]?.body).toEqual({ savepoint: 3, of: 'orders' });
  });
});

describe('savepoint dispose', () => {
  test('asks for it, with force only when told', async () => {
    const operation = { ...queued, kind: 'dispose' };
    api.routes = { [`DELETE ${savepoints}/3`]: { status: 202, body: { changed: true, job: jobView(), operation } } };
    const ran = await runDrey(api.server, ['savepoint', 'dispose', 'counts', '3']);
    expect(ran).toMatchObject({ code: 0, out: 'flinkjob/counts disposal of savepoint 3 requested (operation 7)\n' });
    await runDrey(api.server, ['savepoint', 'dispose', 'counts', '3', '--force']);
    expect(api.asked.map(({ url }) => url)).toEqual([`${savepoints}/3`, `${savepoints}/3?force=true`]);
  });

  test('of one that the job may need says how to insist', async () => {
    api.routes = { [`DELETE ${savepoints}/3`]: problem('SAVEPOINT_IN_USE', 409, 'Savepoint 3 is the newest one.') };
    const ran = await runDrey(api.server, ['savepoint', 'dispose', 'counts', '3']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
  });
});

describe('of a removed job', () => {
  const uid = 'abcdefgh';
  const gone = { changed: true, job: jobView({ uid, phase: 'REMOVED' }), operation: { ...queued, kind: 'dispose' } };

  test('savepoints are found by its uid, where a later job has its name', async () => {
    api.routes = { [`GET ${savepoints}`]: page([savepointView()]), [`GET ${savepoints}/3`]: { body: savepointView() } };
    await runDrey(api.server, ['savepoint', 'list', 'counts', '--uid', uid]);
    await runDrey(api.server, ['savepoint', 'describe', 'counts', '3', '--uid', uid]);
    expect(api.asked.map(({ url }) => new URL(url, api.server).searchParams.get('uid'))).toEqual([uid, uid]);
  });

  test('one goes, and its end is awaited by the uid of its job', async () => {
    const ended = { ...gone.operation, state: 'succeeded' };
    api.routes = {
      [`DELETE ${savepoints}/3`]: { status: 202, body: gone },
      [`GET ${counts}/operations/7`]: { body: ended },
    };
    const ran = await runDrey(api.server, ['savepoint', 'dispose', 'counts', '3', '--uid', uid, '--wait']);
    expect(ran).toMatchObject({ code: 0 });
    expect(api.asked.map(({ url }) => url)).toEqual([
      `${savepoints}/3?uid=${uid}`,
      `${counts}/operations/7?uid=${uid}`,
    ]);
  });

  test.each([
    [['--all'], 'which=all'],
    [['--all', '--force'], 'which=all&force=true'],
    [['--over-retention', '--uid', uid], `which=overRetention&uid=${uid}`],
  ])('several go with %j', async (flags, query) => {
    api.routes = { [`DELETE ${savepoints}`]: { status: 202, body: gone } };
    const ran = await runDrey(api.server, ['savepoint', 'dispose', 'counts', ...flags]);
    expect(ran).toMatchObject({ code: 0, out: 'flinkjob/counts disposal of savepoints requested (operation 7)\n' });
    expect(api.asked.map(({ url }) => url)).toEqual([`${savepoints}?${query}`]);
  });

  test('all and those over the retention cannot be asked for in one call', async () => {
    const ran = await runDrey(api.server, ['savepoint', 'dispose', 'counts', '--all', '--over-retention']);
    expect(ran).toMatchObject({ code: 2 });
    expect(api.asked).toEqual([]);
  });

  test.each(['--all', '--over-retention'])('one and several by %s cannot be asked for in one call', async (flag) => {
    for (const words of [
      ['counts', '3'],
      ['job', 'counts', '3'],
      ['job/counts', '3'],
    ]) {
      const ran = await runDrey(api.server, ['savepoint', 'dispose', ...words, flag]);
      expect(ran).toMatchObject({
        code: 2,
        err: expect.stringContaining('a number cannot be given together with --all'),
      });
    }
    expect(api.asked).toEqual([]);
  });

  test('another job is restored from one, and so is one of the same name', async () => {
    api.routes = { [`POST ${counts}/restore`]: { status: 202, body: gone } };
    await runDrey(api.server, ['savepoint', 'restore', 'orders', '3', '--uid', uid, '--into', 'counts']);
    await runDrey(api.server, ['savepoint', 'restore', 'counts', '3', '--uid', uid]);
    expect(api.asked.map(({ body }) => body)).toEqual([
      { savepoint: 3, of: 'orders', uid },
      { savepoint: 3, uid },
    ]);
  });

  test('what becomes of them is said when it is deleted', async () => {
    api.routes = { [`DELETE ${counts}`]: { status: 202, body: gone } };
    await runDrey(api.server, ['delete', 'job', 'counts', '--savepoints', 'dispose']);
    expect(api.asked[0]?.url).toBe(`${counts}?savepoints=dispose`);
  });
});

test('describe job shows the newest ones, and when the next one is due', async () => {
  const spec = jobSpec('counts', { storage: { root: 's3://a/b' }, savepoints: { every: '1h' } });
  api.routes = {
    [`GET ${counts}`]: { body: jobView({ spec, nextSavepointAt: '2026-01-01T02:00:00.000Z' }) },
    [`GET ${counts}/operations`]: page([]),
    [`GET ${counts}/events`]: page([]),
    [`GET ${savepoints}`]: page([savepointView()]),
  };
  const { out } = await runDrey(api.server, ['describe', 'job', 'counts']);
  expect(out).toMatch(/^Periodic: +a savepoint every 1h$/m);
  expect(out).toMatch(/^Next savepoint: +2026-01-01T02:00:00.000Z$/m);
  expect(out).toContain('Newest savepoints:\n  SAVEPOINT   STATE       ORIGIN');
});

test.each([
  [undefined, ''],
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [13_000_000, '12.4 MiB'],
  [2 ** 60, '1024.0 PiB'],
])('a size of %s bytes is written %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
