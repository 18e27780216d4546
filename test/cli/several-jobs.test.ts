/** Words that change several jobs at once, by their names or by what they are. */
import { describe, expect, test } from '@jest/globals';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';
import { page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const jobs = '/v1/tenants/default/jobs';
const operation = operationRecord({ number: 4, kind: 'upgrade', state: 'queued' });
const acceptedOf = (name: string, tenant = 'default') => ({
  status: 202,
  body: { changed: true, job: jobView({ name, tenant }), operation },
});
const tenant = (name: string) => ({ name, description: '', grants: [], createdAt: jobView().createdAt });

const drey = (...words: string[]) => runDrey(api.server, words, { now: Date.now });
const asked = () => api.asked.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`);
/** Of all calls, in their order. */
const keys = () => api.asked.map(({ headers }) => headers['idempotency-key']);

describe('several jobs', () => {
  test.each([
    ['suspend', [], 'suspending'],
    ['cancel', [], 'canceling'],
    ['resume', [], 'resuming'],
    ['restart', [], 'restarting'],
    ['scale', ['--parallelism', '2'], 'scaling'],
    ['rollback', [], 'rolling back'],
    ['promote', [], 'promoting'],
    ['discard', [], 'discarding its candidate'],
  ])('%s says of each what happens; that one is refused keeps it from no other', async (word, flags, outcome) => {
    api.routes = {
      [`POST ${jobs}/a/${word}`]: acceptedOf('a'),
      [`POST ${jobs}/b/${word}`]: problem('BEING_REMOVED', 409, 'Job b is being removed.'),
      [`POST ${jobs}/c/${word}`]: { body: { changed: false, job: jobView({ name: 'c' }), operation } },
    };
    const { code, out, err } = await drey(word, 'a', 'b', 'c', ...flags);
    expect({ code, out }).toEqual({
      code: 1,
      out: `flinkjob/a ${outcome} (operation 4)\nflinkjob/c unchanged\n`,
    });
    expect(err).toMatch(/^error: flinkjob\/b: Job b is being removed\. \(BEING_REMOVED/);
  });

  test('are named in any way in which one is, each with its tenant', async () => {
    api.routes = {
      [`POST ${jobs}/a/suspend`]: acceptedOf('a'),
      [`POST ${jobs}/b/suspend`]: acceptedOf('b'),
      'POST /v1/tenants/acme/jobs/a/suspend': acceptedOf('a', 'acme'),
    };
    const two = 'flinkjob/a suspending (operation 4)\nflinkjob/b suspending (operation 4)\n';
    expect((await drey('suspend', 'job', 'a', 'b')).out).toBe(two);
    expect((await drey('suspend', 'job/a', 'flinkjob/b')).out).toBe(two);
    expect((await drey('suspend', 'job/b', 'acme/flinkjob/a')).out).toBe(
      'flinkjob/b suspending (operation 4)\nacme/flinkjob/a suspending (operation 4)\n',
    );
  });

  test('with --wait are all waited for, and the worst end counts', async () => {
    const ended = { ...operation, state: 'succeeded', endedAt: operation.requestedAt };
    const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.' };
    api.routes = {
      [`POST ${jobs}/a/restart`]: acceptedOf('a'),
      [`POST ${jobs}/b/restart`]: acceptedOf('b'),
      [`GET ${jobs}/a/operations/4`]: { body: { ...ended, state: 'failed', failure } },
      [`GET ${jobs}/b/operations/4`]: { body: ended },
    };
    const { code, out, err } = await drey('restart', 'a', 'b', '--wait');
    expect(code).toBe(1);
    expect(out).toContain('flinkjob/b: upgrade 4: succeeded');
    expect(err).toContain('flinkjob/a: upgrade (operation 4) failed: CRASH_LOOP');
    const json = await drey('restart', 'a', 'b', '--wait', '-o', 'json');
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ state: 'failed' }, { state: 'succeeded' }] });
  });

  test('are told as a list with --dry-run -o json, and each by its name without', async () => {
    const plan = { kind: 'suspend', cost: 'restart', changes: [], notes: [] };
    const body = { dryRun: true, changed: true, revision: 1, spec: jobSpec('a'), plan };
    api.routes = { [`POST ${jobs}/a/suspend`]: { body }, 'POST /v1/tenants/acme/jobs/a/suspend': { body } };
    const words = ['suspend', 'job/a', 'acme/job/a', '--dry-run'];
    expect((await drey(...words)).out.match(/^\S+ .*/gm)).toEqual([
      'flinkjob/a suspending (dry run)',
      'acme/flinkjob/a suspending (dry run)',
    ]);
    expect(JSON.parse((await drey(...words, '-o', 'json')).out)).toMatchObject({
      kind: 'DryRunList',
      items: [body, body],
    });
  });

  test('are not asked for any more once nothing answers, which is said', async () => {
    api.routes = { [`POST ${jobs}/a/suspend`]: { hangUp: true } };
    const { code, err } = await drey(
      'suspend',
      'a',
      'b',
      'c',
      '--request-timeout',
      '300ms',
      '--idempotency-key',
      'k-1',
    );
    expect(code).toBe(3);
    expect(err).toContain('with --idempotency-key k-1,');
    expect(err).toContain('not asked for any more: flinkjob/b, flinkjob/c\n');
    expect(new Set(keys())).toEqual(new Set(['k-1:a']));
  });

  test.each([
    ['suspend', 'POST', '/suspend', 'suspending'],
    ['delete', 'DELETE', '', 'removal requested'],
  ])('are selected for %s by what they are', async (word, method, path, outcome) => {
    api.routes = {
      [`GET ${jobs}`]: page([jobView({ name: 'a' }), jobView({ name: 'b' })]),
      [`${method} ${jobs}/a${path}`]: acceptedOf('a'),
      [`${method} ${jobs}/b${path}`]: acceptedOf('b'),
    };
    const { code, out } = await drey(word, '-l', 'team=a', '--cluster', 'eu1', '--idempotency-key', 'k-1');
    expect({ code, out }).toEqual({
      code: 0,
      out: `flinkjob/a ${outcome} (operation 4)\nflinkjob/b ${outcome} (operation 4)\n`,
    });
    expect(api.asked[0]?.url).toBe(`${jobs}?cluster=eu1&label=team%3Da&limit=500`);
    expect(keys().filter((key) => key !== undefined)).toEqual(['k-1:a', 'k-1:b']);
  });

  test('are selected in all tenants, and named with theirs', async () => {
    api.routes = {
      'GET /v1/tenants': page([tenant('acme'), tenant('default')]),
      'GET /v1/tenants/acme/jobs': page([jobView({ name: 'a', tenant: 'acme' })]),
      [`GET ${jobs}`]: page([]),
      'POST /v1/tenants/acme/jobs/a/suspend': acceptedOf('a', 'acme'),
    };
    const { out } = await drey('suspend', 'jobs', '-A', '--phase', 'running');
    expect(out).toBe('acme/flinkjob/a suspending (operation 4)\n');
  });

  test('that are none are said to be none', async () => {
    api.routes = { [`GET ${jobs}`]: page([]) };
    const ran = await drey('suspend', '--cluster', 'eu1');
    expect(ran).toEqual({ code: 0, out: '', err: 'No jobs found in tenant default.\n' });
    expect(asked()).toEqual([`GET ${jobs}`]);
  });

  test.each([
    [['suspend'], /no job is named/],
    [['suspend', 'jobs'], /no job is named/],
    [['delete', 'jobs'], /no job is named/],
    [['suspend', '-A'], /--all-tenants alone would be every job/],
    [['delete', 'jobs', '-A'], /--all-tenants alone would be every job/],
    [['delete', 'jobs', '--cluster', ''], /--cluster is empty/],
    [['suspend', '-n', ''], /--namespace is empty/],
    [['suspend', '--phase', ''], /--phase is empty/],
    [['suspend', '-l', ''], /-l: "" is not understood/],
    [['delete', 'jobs', '--phase', 'failed,removed'], /jobs that were removed cannot be changed/],
    [['suspend', 'a', '--cluster', 'eu1'], /--cluster selects jobs, and jobs are named/],
    [['suspend', '--cluster', 'eu1', '--if-revision', '3'], /--if-revision is for one job/],
    [['delete', 'a', 'b'], /"a" is not a kind/],
    [['suspend', 'cluster', 'eu1'], /only jobs can be named here/],
    [['scale', '--cluster', 'eu1'], /nothing to scale was named/],
    [['logs', 'a', 'b'], /"a" is not a kind/],
    [['abort', 'job/a', 'job/b'], /exactly one job must be named/],
  ])('%j changes nothing', async (words, text) => {
    api.routes = { [`GET ${jobs}`]: page([jobView()]) };
    const { code, err } = await drey(...words);
    expect(code).toBe(2);
    expect(err).toMatch(text);
    expect(asked().filter((one) => !one.startsWith('GET'))).toEqual([]);
  });
});
