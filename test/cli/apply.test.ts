import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { jobSpec, jobView, operationRecord, specInput } from '../support/records.ts';
import { problem, useFakeApi, type FakeApi } from './fake-api.ts';
import { later, runDrey } from './run-drey.ts';

const api = useFakeApi();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-apply-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const counts = '/v1/tenants/default/jobs/counts';
const job = jobView();
const queued = operationRecord({ state: 'queued' });
const accepted = { status: 201, body: { changed: true, job, operation: queued } };
const step = { name: 'objectsApplied', title: 'Objects applied', startedAt: '2026-01-01T00:00:00.000Z' };

const apply = (input: string, ...flags: string[]) => runDrey(api.server, ['apply', '-f', '-', ...flags], { input });

function file(name: string, ...documents: object[]): string {
  writeFileSync(join(folder, name), documents.map((document) => stringify(document)).join('---\n'));
  return join(folder, name);
}

describe('apply', () => {
  test.each([
    [201, true, 'created'],
    [202, true, 'configured'],
    [200, false, 'unchanged'],
  ])('with answer %i, changed %p, says %s', async (status, changed, outcome) => {
    api.routes = { [`PUT ${counts}`]: { status, body: { changed, job, operation: queued } } };
    expect(await apply(stringify(specInput()))).toEqual({ code: 0, out: `flinkjob/counts ${outcome}\n`, err: '' });
  });

  test('sends the spec with its tenant, and an idempotency key', async () => {
    api.routes = { [`PUT ${counts}`]: accepted };
    await apply(stringify(specInput()));
    expect(api.asked[0]?.body).toEqual({ ...specInput(), metadata: { name: 'counts', tenant: 'default' } });
    expect(api.asked[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('takes back what get -o yaml prints, without its status', async () => {
    api.routes = { [`GET ${counts}`]: { body: job }, [`PUT ${counts}`]: accepted };
    const { out } = await runDrey(api.server, ['get', 'job', 'counts', '-o', 'yaml']);
    await apply(out);
    expect(api.asked.at(-1)?.body).toEqual(jobSpec());
  });

  test('applies all documents of all files, folders in the order of their names, and lists', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const routes = names.map((name) => [`PUT /v1/tenants/default/jobs/${name}`, accepted]);
    api.routes = Object.fromEntries(routes) as FakeApi['routes'];
    file('b.yaml', specInput('two'), specInput('three'));
    file('a.yml', { kind: 'FlinkJobList', items: [specInput('one')] });
    writeFileSync(join(folder, 'notes.txt'), 'not a spec');
    writeFileSync(join(folder, 'c.json'), JSON.stringify(specInput('four')));
    const { code, out } = await runDrey(api.server, ['apply', '-f', folder, '-f', join(folder, 'b.yaml')]);
    expect(code).toBe(0);
    expect(out.match(/\/\w+/g)).toEqual(['/one', '/two', '/three', '/four', '/two', '/three']);
  });

  test('goes on after a refused spec, names each wrong field, and exits with 1', async () => {
    const problems = [
      { path: 'spec.job.paralelism', message: 'is not a field of the spec', hint: 'Did you mean parallelism?' },
      { path: 'spec.flink.version', message: 'is required' },
    ];
    const refused = problem('SPEC_REFUSED', 422, 'The spec has 2 problems.', { problems });
    api.routes = { 'PUT /v1/tenants/default/jobs/bad': refused, [`PUT ${counts}`]: accepted };
    expect(await apply([specInput('bad'), specInput()].map((one) => stringify(one)).join('---\n'))).toEqual({
      code: 1,
      out: 'flinkjob/counts created\n',
      err: [
        'error: input#1: flinkjob/bad: The spec has 2 problems. (SPEC_REFUSED, request r-1)',
        '  spec.job.paralelism is not a field of the spec (Did you mean parallelism?)',
        '  spec.flink.version is required',
        '',
      ].join('\n'),
    });
  });

  test.each([
    ['a: [1', /^error: input: .*/],
    ['kind: Deployment\nmetadata: {name: a}', /kind is "Deployment", expected "FlinkJob"/],
    ['kind: FlinkJob', /metadata.name is missing/],
    ['- 1', /not a FlinkJob but a list/],
    ['', /no FlinkJob was given/],
    ['a: 1\na: 2', /Map keys must be unique/],
    ['kind: *nobody', /[Uu]nresolved alias/],
  ])('refuses %j before anything is sent', async (text, message) => {
    const { code, err } = await apply(`${text}\n`);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(api.asked).toEqual([]);
  });

  test('refuses a document of another tenant than the one named by flag', async () => {
    const { code, err } = await apply(
      stringify(specInput()).replace('name: counts', 'name: counts\n  tenant: acme'),
      '-t',
      'b',
    );
    expect(code).toBe(2);
    expect(err).toContain('its tenant is "acme", not "b"');
  });

  test('repeats a change with the same key until it is accepted', async () => {
    const notYet = problem('NOT_YET_ACCEPTED', 503, 'No worker took it in time.');
    api.routes = { [`PUT ${counts}`]: [{ hangUp: true }, notYet, accepted] };
    const { code, out, err } = await apply(stringify(specInput()));
    expect({ code, out }).toEqual({ code: 0, out: 'flinkjob/counts created\n' });
    expect(err).toMatch(/^cannot reach .*; trying again \(Ctrl-C stops\)\n$/);
    const keys = api.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('gives up with 3 when it is not accepted within the request timeout, and says how to repeat it', async () => {
    api.routes = { [`PUT ${counts}`]: problem('NOT_YET_ACCEPTED', 503, 'No worker took it in time.') };
    const { code, err } = await apply(stringify(specInput()), '--request-timeout', '300ms');
    expect(code).toBe(3);
    expect(err).toContain('NOT_YET_ACCEPTED');
    expect(err).toContain(`--idempotency-key ${String(api.asked[0]?.headers['idempotency-key'])},`);
  });

  test('names the documents that it did not come to once nothing answers', async () => {
    api.routes = { 'PUT /v1/tenants/default/jobs/one': problem('NOT_YET_ACCEPTED', 503, 'No worker took it in time.') };
    const documents = ['one', 'two', 'three'].map((name) => stringify(specInput(name))).join('---\n');
    const { code, err } = await apply(documents, '--request-timeout', '300ms');
    expect(code).toBe(3);
    expect(err).toMatch(/not asked for any more: .*flinkjob\/two, .*flinkjob\/three\n$/);
  });

  test('gives each document a key of its own, and the same one when it is repeated', async () => {
    const names = ['one', 'two', 'one'];
    const routes = names.map((name) => [`PUT /v1/tenants/default/jobs/${name}`, accepted]);
    api.routes = Object.fromEntries(routes) as FakeApi['routes'];
    const documents = names.map((name) => stringify(specInput(name))).join('---\n');
    await apply(documents, '--idempotency-key', 'k-1');
    await apply(documents, '--idempotency-key', 'k-1');
    const keys = ['k-1:one', 'k-1:two', 'k-1:one:2'];
    expect(api.asked.map(({ headers }) => headers['idempotency-key'])).toEqual([...keys, ...keys]);
  });
});

describe('apply --dry-run', () => {
  test('says what would change, and changes nothing', async () => {
    const change = { path: 'spec.job.parallelism', from: '1', to: '4', cost: 'rescale' };
    const plan = { kind: 'upgrade', cost: 'rescale', changes: [change], strategy: 'warm', notes: ['mind the gap'] };
    const outlook = { startsFrom: 'a savepoint', lastPauseMs: 840 };
    const planned = jobSpec('counts', { job: { jarUri: 'local:///opt/flink/usrlib/counts.jar', parallelism: 4 } });
    api.routes = {
      [`GET ${counts}`]: { body: job },
      [`PUT ${counts}`]: { body: { dryRun: true, changed: true, revision: 1, spec: planned, plan, ...outlook } },
    };
    const { code, out } = await apply(stringify(specInput()), '--dry-run');
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'flinkjob/counts configured (dry run)',
        '  spec.job.parallelism: 1 -> 4 (rescale)',
        '  needs: warm upgrade (cost: rescale)',
        '  starts from: a savepoint',
        '  last pause: 0.84 s',
        '  note: mind the gap',
        '',
      ].join('\n'),
    });
    expect(api.asked[0]?.url).toBe(`${counts}?dryRun=true`);
  });
});

describe('apply --dry-run of several', () => {
  const [one, two] = [jobSpec('one'), jobSpec('two')];
  const plan = { kind: 'deploy', cost: 'redeploy', changes: [], notes: [] };
  const first = { ...plan, notes: ['mind the gap'] };
  const startsFrom = 'nothing: the job starts empty';
  const failed = { dryRun: true, changed: true, revision: 3, spec: two, plan, startsFrom: 's3://a/b' };
  const documents = ['one', 'two', 'bad'].map((name) => stringify(specInput(name))).join('---\n');
  beforeEach(() => {
    const jobs = '/v1/tenants/default/jobs';
    api.routes = {
      [`PUT ${jobs}/one`]: { body: { dryRun: true, changed: true, revision: 0, spec: one, plan: first, startsFrom } },
      [`PUT ${jobs}/two`]: { body: failed },
      [`PUT ${jobs}/bad`]: problem('SPEC_REFUSED', 422, 'It is not valid.'),
    };
  });

  test('goes on after a refusal; of a new job all is new, and it says what that starts from', async () => {
    expect(await apply(documents, '--dry-run')).toMatchObject({
      code: 1,
      out: [
        'flinkjob/one created (dry run)',
        `  starts from: ${startsFrom}`,
        '  note: mind the gap',
        'flinkjob/two configured (dry run)',
        '  needs: deploy (cost: redeploy)',
        '  starts from: s3://a/b',
        '',
      ].join('\n'),
      err: expect.stringMatching(/^error: input#3: flinkjob\/bad: It is not valid/),
    });
  });

  test('prints a list with -o json', async () => {
    const { code, out } = await apply(documents, '--dry-run', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ kind: 'DryRunList', items: [{ revision: 0 }, failed] });
    const diff = await runDrey(api.server, ['diff', '-f', '-', '-o', 'json'], { input: documents });
    expect(diff.out).toBe(out);
  });
});

describe('apply --wait', () => {
  const operation = `GET ${counts}/operations/1`;
  const running = { ...step, state: 'running' as const };
  const done = { ...running, state: 'done' as const, endedAt: '2026-01-01T00:00:01.500Z' };
  const begun = operationRecord({ startedAt: step.startedAt, steps: [running] });

  test('prints each step once as it ends, and how the operation ended', async () => {
    const ended = { ...begun, state: 'succeeded' as const, steps: [done], endedAt: '2026-01-01T00:01:05.000Z' };
    api.routes = {
      [`PUT ${counts}`]: accepted,
      [operation]: [{ body: begun }, { body: { ...begun, steps: [done] } }, { body: ended }],
    };
    expect(await apply(stringify(specInput()), '--wait')).toEqual({
      code: 0,
      out: [
        'flinkjob/counts created',
        'flinkjob/counts: deploy 1: Objects applied done in 1.5s',
        'flinkjob/counts: deploy 1: succeeded in 1m05s',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('fails with reason, evidence and cure when the operation fails', async () => {
    const failure = { code: 'CRASH_LOOP', message: 'The JobManager exits.', cure: 'Mend it.', evidence: 'boom\n at x' };
    const failed = { ...begun, state: 'failed', failure, endedAt: '2026-01-01T00:00:02.000Z' };
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: { body: failed } };
    const { code, err } = await apply(stringify(specInput()), '--wait');
    expect(code).toBe(1);
    expect(err).toBe(
      [
        'error: flinkjob/counts: deploy (operation 1) failed: CRASH_LOOP: The JobManager exits.',
        'evidence:',
        '    boom',
        '     at x',
        'cure: Mend it.',
        '',
      ].join('\n'),
    );
  });

  test('goes on when the API is away for a moment', async () => {
    const away = problem('RECORDS_AWAY', 503, 'PostgreSQL is away.');
    const ended = { ...begun, state: 'succeeded', endedAt: '2026-01-01T00:00:02.000Z' };
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: [{ hangUp: true }, away, { body: ended }] };
    expect((await apply(stringify(specInput()), '--wait')).code).toBe(0);
  });

  test('follows the operation that takes the place of a superseded one', async () => {
    const superseded = { ...queued, state: 'superseded', supersededBy: 2 };
    const next = operationRecord({ number: 2, state: 'succeeded', startedAt: step.startedAt, endedAt: step.startedAt });
    api.routes = {
      [`PUT ${counts}`]: accepted,
      [operation]: { body: superseded },
      [`GET ${counts}/operations/2`]: { body: next },
    };
    const { code, out } = await apply(stringify(specInput()), '--wait');
    expect(code).toBe(0);
    expect(out).toContain('deploy 1: superseded by operation 2\nflinkjob/counts: deploy 2: succeeded in 0.0s\n');
  });

  test('says what came to nothing, and follows nobody, where a restore was superseded', async () => {
    const failure = { code: 'SUPERSEDED', message: 'Superseded by revision 2.', cure: 'Restore it again.' };
    const superseded = { ...queued, state: 'superseded', supersededBy: 2, failure };
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: { body: superseded } };
    const { code, err } = await apply(stringify(specInput()), '--wait');
    expect(code).toBe(1);
    expect(err).toContain('superseded: SUPERSEDED: Superseded by revision 2.\ncure: Restore it again.\n');
  });

  test('keeps the output a document with -o json: the steps go to the errors', async () => {
    const ended = { ...begun, state: 'succeeded', steps: [done], endedAt: step.startedAt, pauseMs: 840 };
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: { body: ended }, [`GET ${counts}`]: { body: job } };
    const { code, out, err } = await apply(stringify(specInput()), '--wait', '-o', 'json');
    expect(code).toBe(0);
    const status = { phase: 'RUNNING', lastOperation: { number: 1, state: 'succeeded', pauseMs: 840 } };
    expect(JSON.parse(out)).toMatchObject({ kind: 'FlinkJob', status });
    expect(err).toContain('Objects applied done');
  });

  test('is silent about an operation that was over before', async () => {
    const ended = { ...begun, state: 'succeeded', steps: [done], endedAt: step.startedAt };
    api.routes = { [`PUT ${counts}`]: { body: { changed: false, job, operation: ended } } };
    const ran = await apply(stringify(specInput()), '--wait');
    expect(ran).toEqual({ code: 0, out: 'flinkjob/counts unchanged\n', err: '' });
  });

  test('exits with 3 when the time is over', async () => {
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: { body: begun } };
    const { code, err } = await runDrey(api.server, ['apply', '-f', '-', '--wait', '--timeout', '50ms'], {
      input: stringify(specInput()),
      now: Date.now,
    });
    expect(code).toBe(3);
    expect(err).toMatch(/^error: timed out after 50ms waiting for operation 1 of flinkjob\/counts\ncure: /);
  });

  test('ends with 130 on Ctrl-C, and says that the operation goes on', async () => {
    const interruption = new AbortController();
    api.routes = { [`PUT ${counts}`]: accepted, [operation]: { body: begun } };
    const ran = runDrey(api.server, ['apply', '-f', '-', '--wait'], {
      input: stringify(specInput()),
      interrupted: interruption.signal,
      now() {
        // Asked for the first time after the first poll.
        if (api.asked.length > 1) interruption.abort();
        return later;
      },
    });
    expect(await ran).toMatchObject({
      code: 130,
      err: expect.stringContaining('interrupted while waiting for operation 1 of flinkjob/counts; it goes on'),
    });
  });
});
