import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { jobView } from '../support/records.ts';
import { page, problem, startFakeApi, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const jobs = '/v1/tenants/default/jobs';
const failure = { code: 'IMAGE_NOT_PULLED', message: 'no such image', cure: 'Name an image that exists.' } as const;
const counts = jobView();
const broken = jobView({ name: 'state-machine', phase: 'FAILED', revision: 12, operation: 4, failure });

const drey = (...args: string[]) => runDrey(api.server, args);

/** A job of the same name in each of two tenants. */
function inTwoTenants() {
  const tenant = (name: string) => ({ name, description: '', grants: [], createdAt: counts.createdAt });
  return {
    'GET /v1/tenants': page([tenant('acme'), tenant('default')]),
    'GET /v1/tenants/acme/jobs': page([jobView({ tenant: 'acme' })]),
    [`GET ${jobs}`]: page([counts]),
  };
}

describe('get jobs', () => {
  test('prints a table whose columns are aligned as kubectl does', async () => {
    api.routes = { [`GET ${jobs}`]: page([counts, broken]) };
    expect(await drey('get', 'jobs')).toEqual({
      code: 0,
      err: '',
      out: [
        'NAME            PHASE     REVISION   OPERATION   CLUSTER   AGE',
        'counts          RUNNING   1          <none>      local     60m',
        'state-machine   FAILED    12         4           local     60m',
        '',
      ].join('\n'),
    });
    expect(api.asked[0]?.headers.authorization).toBe('Bearer secret');
  });

  test('says how old it is what is known of jobs that nobody observes', async () => {
    api.routes = { [`GET ${jobs}`]: page([{ ...counts, lastSeen: '2026-01-01T00:59:20.000Z' }, broken]) };
    expect((await drey('get', 'jobs')).out).toBe(
      [
        'NAME            PHASE                    REVISION   OPERATION   CLUSTER   AGE',
        'counts          RUNNING (seen 40s ago)   1          <none>      local     60m',
        'state-machine   FAILED                   12         4           local     60m',
        '',
      ].join('\n'),
    );
  });

  test('prints more columns with -o wide', async () => {
    api.routes = { [`GET ${jobs}`]: page([broken]) };
    const { out } = await drey('get', 'jobs', '-o', 'wide');
    expect(out.split('\n')[0]).toMatch(/AGE +NAMESPACE +FLINK +PARALLELISM +CHECKPOINT +FLINK-JOB-ID +UID +REASON$/);
    expect(out).toContain('IMAGE_NOT_PULLED');
  });

  test('prints only names with -o name', async () => {
    api.routes = { [`GET ${jobs}`]: page([counts, broken]) };
    expect((await drey('get', 'jobs', '-o', 'name')).out).toBe('flinkjob/counts\nflinkjob/state-machine\n');
  });

  test('reads all pages, each as large as the API gives them', async () => {
    api.routes = { [`GET ${jobs}`]: [page([counts], 'next'), page([broken])] };
    expect((await drey('get', 'jobs', '-o', 'name')).out.split('\n')).toHaveLength(3);
    expect(api.asked.map(({ url }) => url)).toEqual([`${jobs}?limit=500`, `${jobs}?limit=500&cursor=next`]);
  });

  test('hands filters to the API', async () => {
    api.routes = { 'GET /v1/tenants/acme/jobs': page([]) };
    const ran = await drey('-t', 'acme', 'get', 'jobs', '-l', 'team=a,tier=1', '--phase', 'running', '-n', 'flink');
    expect(ran).toEqual({ code: 0, out: '', err: 'No jobs found in tenant acme.\n' });
    expect(api.asked[0]?.url).toBe(
      '/v1/tenants/acme/jobs?phase=RUNNING&namespace=flink&label=team%3Da&label=tier%3D1&limit=500',
    );
  });

  test('lists all tenants with -A', async () => {
    api.routes = inTwoTenants();
    const lines = (await drey('get', 'jobs', '-A')).out.split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ['TENANT', 'NAME'],
      ['acme', 'counts'],
      ['default', 'counts'],
      [''],
    ]);
  });

  test('with -A names each job with its tenant, so that another command means the same one', async () => {
    api.routes = inTwoTenants();
    const { out } = await drey('get', 'jobs', '-A', '-o', 'name');
    expect(out).toBe('acme/flinkjob/counts\ndefault/flinkjob/counts\n');
  });

  test('prints an empty list as a document', async () => {
    api.routes = { [`GET ${jobs}`]: page([]) };
    const { out } = await drey('get', 'jobs', '-o', 'json');
    expect(JSON.parse(out)).toEqual({ apiVersion: 'drey.dev/v1', kind: 'FlinkJobList', items: [] });
  });
});

describe('get job NAME', () => {
  test('prints spec and status as YAML, in the order in which people write them', async () => {
    api.routes = { [`GET ${jobs}/state-machine`]: { body: broken } };
    const { out } = await drey('get', 'job', 'state-machine', '-o', 'yaml');
    expect(out.match(/^\w+/gm)).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    const { status, ...spec } = parse(out) as { status: object };
    expect(spec).toEqual(broken.spec);
    expect(status).toMatchObject({ phase: 'FAILED', revision: 12, failure });
    expect(status).not.toHaveProperty('spec');
  });

  test.each([['flinkjob/counts'], ['fj/counts'], ['jobs/counts']])('takes %s', async (word) => {
    api.routes = { [`GET ${jobs}/counts`]: { body: counts } };
    expect((await drey('get', word, '-o', 'name')).out).toBe('flinkjob/counts\n');
  });

  test('takes jobs of several tenants, each named with its own, and prints them so', async () => {
    const acme = { ...counts, tenant: 'acme' };
    api.routes = { [`GET ${jobs}/counts`]: { body: counts }, 'GET /v1/tenants/acme/jobs/counts': { body: acme } };
    const { out } = await drey('get', 'acme/flinkjob/counts', 'job/counts', '-o', 'name');
    expect(out).toBe('acme/flinkjob/counts\ndefault/flinkjob/counts\n');
  });

  test('prints what exists, reports what does not, and fails', async () => {
    api.routes = { [`GET ${jobs}/counts`]: { body: counts } };
    const ran = await drey('get', 'jobs', 'counts', 'gone', '-o', 'name');
    expect(ran).toEqual({
      code: 1,
      out: 'flinkjob/counts\n',
      err: 'error: There is no such job. (NO_SUCH_JOB, request r-1)\ncure: drey get jobs lists what there is.\n',
    });
  });

  test('finds nothing wrong in a missing job with --ignore-not-found', async () => {
    expect(await drey('get', 'job', 'gone', '--ignore-not-found')).toEqual({ code: 0, out: '', err: '' });
  });

  test('shows words that a newer API may say', async () => {
    api.routes = { [`GET ${jobs}/counts`]: { body: { ...counts, phase: 'SUSPENDED', colour: 'blue' } } };
    expect((await drey('get', 'job', 'counts')).out).toContain('SUSPENDED');
  });

  test('keeps control characters from the terminal', async () => {
    api.routes = { [`GET ${jobs}/counts`]: { body: { ...counts, name: 'a\u001b[2Jb\nc' } } };
    expect((await drey('get', 'job', 'counts')).out).toContain('a[2Jb c ');
  });
});

describe('a job that is named with its tenant', () => {
  test.each([
    [['get', 'job']],
    [['describe']],
    [['logs']],
    [['metrics']],
    [['operations']],
    [['operation'], '3'],
    [['revisions']],
    [['wait', '--for=running']],
    [['savepoint', 'create']],
    [['savepoint', 'list']],
    [['savepoint', 'describe'], '3'],
    [['savepoint', 'restore'], '3'],
    [['savepoint', 'dispose'], '3'],
    [['autoscaler']],
    [['autoscale', '--now']],
    [['suspend']],
    [['cancel']],
    [['resume']],
    [['restart']],
    [['scale', '--parallelism', '2']],
    [['rollback']],
    [['promote']],
    [['discard']],
    [['abort'], '3'],
    [['delete']],
  ] as [string[], string?][])('is that job for %j', async (words, ...number) => {
    const own = words.filter((word) => word !== 'job');
    const { code } = await drey(...own, 'acme/flinkjob/counts', ...number.filter((one) => one !== undefined));
    // The fake API has none of it.
    expect(code).toBe(1);
    expect(new Set(api.asked.map(({ url }) => url.split('/').slice(0, 6).join('/').replace(/\?.*/, '')))).toEqual(
      new Set(['/v1/tenants/acme/jobs/counts']),
    );
  });

  test.each([
    [['get', 'acme/cluster/local'], /clusters belong to no tenant/],
    [['suspend', 'a/b/job/counts'], /"a\/b\/job\/counts" is not a name/],
    [['-t', 'other', 'suspend', 'acme/job/counts'], /tenant "acme" is named, not of "other"/],
    [['-t', 'other', 'describe', 'acme/job/counts'], /tenant "acme" is named, not of "other"/],
    [['describe', 'acme/job/counts', 'other/job/counts'], /several tenants cannot be asked for in one call/],
    [['get', 'acme/job/counts', 'job/counts', '-w'], /several tenants cannot be asked for in one call/],
    [['logs', 'acme/job/counts', 'other/job/counts'], /exactly one job must be named/],
  ])('%j is refused', async (words, text) => {
    const { code, err } = await drey(...words);
    expect(code).toBe(2);
    expect(err).toMatch(text);
    expect(api.asked).toEqual([]);
  });
});

describe('when the API does not answer as wanted', () => {
  test('exits with 3 when nothing listens, and says what to check', async () => {
    const other = await startFakeApi();
    await other.close();
    const { code, out, err } = await runDrey(other.server, ['get', 'jobs']);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(
      /^error: cannot reach Drey at http:\/\/127.0.0.1:\d+: .*ECONNREFUSED.*\ncure: Check that Drey is up/,
    );
  });

  test('exits with 3 when something else listens there', async () => {
    api.routes = { [`GET ${jobs}`]: { body: '<html>hello</html>' } };
    const { code, err } = await drey('get', 'jobs');
    expect(code).toBe(3);
    expect(err).toContain("something that is not Drey's");
  });

  test('exits with 3 when PostgreSQL is away', async () => {
    api.routes = { [`GET ${jobs}`]: problem('RECORDS_AWAY', 503, 'This needs PostgreSQL.', { cure: 'Try again.' }) };
    expect(await drey('get', 'jobs')).toEqual({
      code: 3,
      out: '',
      err: 'error: This needs PostgreSQL. (RECORDS_AWAY, request r-1)\ncure: Try again.\n',
    });
  });

  test('exits with 1 when the token is refused', async () => {
    api.routes = { [`GET ${jobs}`]: problem('NOT_AUTHENTICATED', 401, 'The token is not known.') };
    const { code, err } = await drey('get', 'jobs');
    expect(code).toBe(1);
    expect(err).toContain('cure: Give a valid token');
  });
});
