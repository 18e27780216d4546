import { describe, expect, test } from '@jest/globals';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';
import { page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/default/jobs/counts';
const operation = operationRecord({ number: 4, kind: 'upgrade', state: 'queued' });
const vertex = '0a448493b4782967b150582570326227';
const accepted = { status: 202, body: { changed: true, job: jobView(), operation } };
const drey = (...words: string[]) => runDrey(api.server, words, { now: Date.now });
/** Of all calls, in their order. */
const keys = () => api.asked.map(({ headers }) => headers['idempotency-key']);

describe('a short word', () => {
  test.each([
    [['suspend', 'counts'], 'suspend', {}, 'suspending'],
    [['suspend', 'counts', '--force'], 'suspend', { force: true }, 'suspending'],
    [['cancel', 'counts', '--force'], 'cancel', { force: true }, 'canceling'],
    [['resume', 'counts', '--mode', 'stateless'], 'resume', { mode: 'stateless' }, 'resuming'],
    [['suspend', 'job', 'counts', '--mode', 'last-state'], 'suspend', { mode: 'last-state' }, 'suspending'],
    [['resume', 'counts'], 'resume', {}, 'resuming'],
    [['restart', 'job/counts'], 'restart', {}, 'restarting'],
    [['promote', 'counts'], 'promote', {}, 'promoting'],
    [['discard', 'counts'], 'discard', {}, 'discarding its candidate'],
    [['scale', 'counts', '--parallelism', '4'], 'scale', { parallelism: 4 }, 'scaling'],
    [
      ['scale', 'counts', '--vertex', `${vertex}=3`, '--vertex', `${vertex.replace('0', '1')}=`],
      'scale',
      { vertices: { [vertex]: 3, [vertex.replace('0', '1')]: null } },
      'scaling',
    ],
    [['rollback', 'counts'], 'rollback', {}, 'rolling back'],
    [['rollback', 'counts', '--to', '3'], 'rollback', { to: 3 }, 'rolling back'],
    [['abort', 'counts', '4'], 'operations/4/abort', {}, 'asked to give up operation 4'],
  ])('%j asks the API for %s', async (words, path, body, outcome) => {
    api.routes = { [`POST ${counts}/${path}`]: accepted };
    expect(await drey(...words)).toEqual({ code: 0, out: `flinkjob/counts ${outcome} (operation 4)\n`, err: '' });
    expect(api.asked[0]).toMatchObject({ method: 'POST', body });
    expect(api.asked[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('says when nothing had to change', async () => {
    api.routes = { [`POST ${counts}/resume`]: { body: { changed: false, job: jobView(), operation } } };
    expect((await drey('resume', 'counts')).out).toBe('flinkjob/counts unchanged\n');
  });

  test('with --wait -o json prints the record of the operation that has ended', async () => {
    const ended = { ...operation, state: 'succeeded', pauseMs: 840, endedAt: operation.requestedAt };
    api.routes = {
      [`POST ${counts}/restart`]: accepted,
      [`GET ${counts}/operations/4`]: { body: ended },
      [`GET ${counts}`]: { body: jobView() },
    };
    const { code, out } = await drey('restart', 'counts', '--wait', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ number: 4, state: 'succeeded', pauseMs: 840 });
  });

  test.each([
    [['scale', 'counts', '--parallelism', 'many'], 2, /--parallelism must be a whole number/],
    [['scale', 'counts'], 2, /--parallelism N, or --vertex ID=N/],
    [['scale', 'counts', '--vertex', 'a=b'], 2, /--vertex ID=N must be a whole number/],
    [['rollback', 'counts', '--to', '0'], 2, /--to must be a whole number/],
    [['suspend', 'counts', '--wait', '--timeout', 'soon'], 2, /--timeout: "soon" is not a duration/],
    [['abort', 'counts', '4', '--wait', '--timeout', 'soon'], 2, /--timeout: "soon" is not a duration/],
    [['abort', 'counts', '4', '-o', 'wide'], 2, /-o wide is not known/],
  ])('%j is refused before anything is asked for', async (words, code, text) => {
    const answer = await drey(...words);
    expect(answer.code).toBe(code);
    expect(answer.err).toMatch(text);
    expect(api.asked).toEqual([]);
  });
});

describe('a change that nobody has answered', () => {
  const impatient = ['--request-timeout', '300ms'];
  const rollback = `POST ${counts}/rollback`;

  test('may have been accepted: the error names the key, and with that it is the same change', async () => {
    api.routes = { [rollback]: { hangUp: true } };
    const { code, err } = await drey('rollback', 'counts', ...impatient);
    expect(code).toBe(3);
    const said = /may have been accepted: .* --idempotency-key (\S+), .*drey operations counts/.exec(err);
    expect(said?.[1]).toMatch(/^[0-9a-f-]{36}$/);
    api.routes = { [rollback]: accepted };
    expect((await drey('rollback', 'counts', '--idempotency-key', said?.[1] ?? '')).code).toBe(0);
    expect(new Set(keys())).toEqual(new Set([said?.[1]]));
  });

  test.each([
    [['suspend', 'counts']],
    [['abort', 'counts', '4']],
    [['delete', 'job', 'counts']],
    [['savepoint', 'create', 'counts']],
    [['savepoint', 'restore', 'counts', '3']],
    [['savepoint', 'dispose', 'counts', '3']],
    [['autoscale', 'counts', '--now']],
  ])('%j is sent with the key that its caller gives, and says so', async (words) => {
    const notYet = problem('NOT_YET_ACCEPTED', 503, 'Nothing has said yet that it was accepted.');
    const paths = ['suspend', 'operations/4/abort', 'savepoints', 'restore', 'autoscaler/decide'];
    const posts = paths.map((path) => [`POST ${counts}/${path}`, notYet]);
    api.routes = {
      ...(Object.fromEntries(posts) as typeof api.routes),
      [`DELETE ${counts}`]: notYet,
      [`DELETE ${counts}/savepoints/3`]: notYet,
    };
    const { code, err } = await drey(...words, '--idempotency-key', 'k-1', ...impatient);
    expect(code).toBe(3);
    expect(err).toMatch(
      /NOT_YET_ACCEPTED.*\ncure: GET \/readyz .* repeat the same command with --idempotency-key k-1,/,
    );
    expect(new Set(keys())).toEqual(new Set(['k-1']));
  });

  test('may have been accepted, too, where somebody interrupts it', async () => {
    const interrupted = AbortSignal.abort();
    const { code, err } = await runDrey(api.server, ['rollback', 'counts', '--idempotency-key', 'k-1'], {
      interrupted,
    });
    expect(code).toBe(130);
    expect(err).toMatch(
      /interrupted before it was answered\ncure: It may have been accepted: .* --idempotency-key k-1,/,
    );
  });

  test('was refused for sure where the API says so', async () => {
    api.routes = { [rollback]: problem('NO_EARLIER_REVISION', 409, 'No revision before 1 has run as it should.') };
    const { code, err } = await drey('rollback', 'counts');
    expect(code).toBe(1);
    expect(err).not.toContain('accepted');
  });

  test('is asked for at the revision that its caller knows', async () => {
    api.routes = { [rollback]: problem('PRECONDITION_FAILED', 412, 'Job counts is at revision 6, not 5.') };
    const { code, err } = await drey('rollback', 'counts', '--if-revision', '5');
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('at revision 6, not 5') });
    expect(api.asked[0]?.headers['if-match']).toBe('"5"');
  });

  test.each([
    [['suspend', 'counts', '--idempotency-key', 'a b'], /--idempotency-key must be 1 to 80 visible ASCII/],
    [['suspend', 'counts', '--if-revision', 'newest'], /--if-revision must be a whole number/],
    [['delete', 'job', 'counts', 'other', '--if-revision', '5'], /--if-revision is for one job/],
  ])('%j is refused before anything is asked for', async (words, text) => {
    const { code, err } = await drey(...words);
    expect(code).toBe(2);
    expect(err).toMatch(text);
    expect(api.asked).toEqual([]);
  });

  test('has one key for each of several jobs, and the same ones again', async () => {
    api.routes = { [`DELETE ${counts}`]: accepted, [`DELETE ${counts}2`]: accepted };
    const words = ['delete', 'job', 'counts', 'counts2', '--idempotency-key', 'k-1'];
    await drey(...words);
    expect(keys().filter((key) => key !== undefined)).toEqual(['k-1:counts', 'k-1:counts2']);
  });
});

describe('with --dry-run', () => {
  const change = { path: 'spec.job.parallelism', from: '1', to: '4', cost: 'rescale' };
  const plan = { kind: 'rescale', cost: 'rescale', changes: [change], notes: ['mind the gap'] };
  const outlook = { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan };
  const body = { ...outlook, startsFrom: 'a checkpoint', lastPauseMs: 90 };

  test.each([
    [['scale', 'counts', '--parallelism', '4'], 'scale', { parallelism: 4 }, 'scaling'],
    [['suspend', 'counts', '--mode', 'last-state'], 'suspend', { mode: 'last-state' }, 'suspending'],
    [['resume', 'counts'], 'resume', {}, 'resuming'],
    [['cancel', 'counts'], 'cancel', {}, 'canceling'],
    [['restart', 'counts'], 'restart', {}, 'restarting'],
    [['rollback', 'counts', '--to', '3'], 'rollback', { to: 3 }, 'rolling back'],
    [['promote', 'counts'], 'promote', {}, 'promoting'],
    [['discard', 'counts'], 'discard', {}, 'discarding its candidate'],
    [
      ['savepoint', 'restore', 'counts', '3', '--to', '2'],
      'restore',
      { savepoint: 3, to: 2 },
      'restored from savepoint 3',
    ],
  ])('%j only says what it would do', async (words, path, asked, outcome) => {
    api.routes = { [`POST ${counts}/${path}`]: { body } };
    expect(await drey(...words, '--dry-run', '--wait')).toEqual({
      code: 0,
      out: [
        `flinkjob/counts ${outcome} (dry run)`,
        '  spec.job.parallelism: 1 -> 4 (rescale)',
        '  needs: rescale (cost: rescale)',
        '  starts from: a checkpoint',
        '  last pause: 0.09 s',
        '  note: mind the gap',
        '',
      ].join('\n'),
      err: '',
    });
    expect(api.asked).toMatchObject([{ method: 'POST', url: `${counts}/${path}?dryRun=true`, body: asked }]);
    expect(api.asked[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  test('says that nothing would change, and tells a refusal as the command itself does', async () => {
    api.routes = {
      [`POST ${counts}/resume`]: { body: { dryRun: true, changed: false, revision: 1, spec: jobSpec() } },
      [`POST ${counts}/promote`]: problem('NO_CANDIDATE', 409, 'No candidate runs beside job counts.'),
    };
    expect((await drey('resume', 'counts', '--dry-run')).out).toBe('flinkjob/counts unchanged (dry run)\n');
    const refused = await drey('promote', 'counts', '--dry-run');
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('NO_CANDIDATE') });
  });

  test('prints it whole with -o json', async () => {
    api.routes = { [`POST ${counts}/scale`]: { body } };
    const { out } = await drey('scale', 'counts', '--parallelism', '4', '--dry-run', '-o', 'json');
    expect(JSON.parse(out)).toEqual(body);
  });

  test('says what an operation would leave that gives up', async () => {
    const abort = { operation: 4, kind: 'upgrade', end: 'rolledBack', leaves: 'It goes back.' };
    const told = { dryRun: true, changed: true, revision: 1, spec: jobSpec(), abort };
    api.routes = { [`POST ${counts}/operations/4/abort`]: { body: told } };
    expect(await drey('abort', 'counts', '4', '--dry-run')).toEqual({
      code: 0,
      out: [
        'flinkjob/counts asked to give up operation 4 (dry run)',
        '  operation 4 (upgrade) is rolled back',
        '  note: It goes back.',
        '',
      ].join('\n'),
      err: '',
    });
    expect(api.asked.map(({ url }) => url)).toEqual([`${counts}/operations/4/abort?dryRun=true`]);
    const json = await drey('abort', 'counts', '4', '--dry-run', '-o', 'json');
    expect(JSON.parse(json.out)).toEqual(told);
  });
});

describe('delete --dry-run', () => {
  test('says how the job would end', async () => {
    const plan = { kind: 'remove', cost: 'restart', changes: [], notes: ['The job is canceled.'] };
    api.routes = {
      [`DELETE ${counts}`]: { body: { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan } },
    };
    expect(await drey('delete', 'job', 'counts', '--deletion', 'leave', '--dry-run', '--wait')).toEqual({
      code: 0,
      out: 'flinkjob/counts removed (dry run)\n  needs: remove (cost: restart)\n  note: The job is canceled.\n',
      err: '',
    });
    expect(api.asked.map(({ url }) => url)).toEqual([`${counts}?deletion=leave&dryRun=true`]);
  });

  test('says what becomes of its savepoints', async () => {
    const plan = { kind: 'remove', cost: 'none', changes: [], notes: [] };
    api.routes = {
      [`DELETE ${counts}`]: { body: { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan } },
    };
    await drey('delete', 'job', 'counts', '--savepoints', 'dispose', '--dry-run');
    expect(api.asked.map(({ url }) => url)).toEqual([`${counts}?savepoints=dispose&dryRun=true`]);
  });

  test('says that it is forgotten', async () => {
    const plan = { kind: 'remove', cost: 'none', changes: [], notes: ['It stays.'] };
    api.routes = {
      [`DELETE ${counts}`]: { body: { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan } },
    };
    expect((await drey('delete', 'job', 'counts', '--forget', '--dry-run')).out).toMatch(/note: It stays/);
    expect(api.asked.map(({ url }) => url)).toEqual([`${counts}?forget=true&dryRun=true`]);
  });

  test('of one that is being removed is no failure, as without it', async () => {
    api.routes = { [`DELETE ${counts}`]: problem('BEING_REMOVED', 409, 'Job counts is being removed.') };
    const { code, out } = await drey('delete', 'job', 'counts', '--dry-run');
    expect({ code, out }).toEqual({ code: 0, out: 'flinkjob/counts is being removed already (dry run)\n' });
    const json = await drey('delete', 'job', 'counts', '--dry-run', '-o', 'json');
    expect(json).toEqual({ code: 0, out: '', err: out });
  });

  test('prints it whole with -o json, of several jobs as a list', async () => {
    const plan = { kind: 'remove', cost: 'none', changes: [], notes: [] };
    const body = { dryRun: true, changed: true, revision: 1, spec: jobSpec(), plan };
    api.routes = { [`DELETE ${counts}`]: { body }, [`DELETE ${counts}2`]: { body } };
    const one = await drey('delete', 'job', 'counts', '--dry-run', '-o', 'json');
    expect(JSON.parse(one.out)).toEqual(body);
    const two = await drey('delete', 'job', 'counts', 'counts2', '--dry-run', '-o', 'json');
    expect(JSON.parse(two.out)).toMatchObject({ kind: 'DryRunList', items: [body, body] });
  });
});

describe('delete -o json', () => {
  const removal = operationRecord({ number: 4, kind: 'remove', state: 'queued' });
  const told = { status: 202, body: { changed: true, job: jobView(), operation: removal } };

  test('prints the operation that removes the job, with --wait as it has ended', async () => {
    const ended = { ...removal, state: 'succeeded', endedAt: removal.requestedAt };
    api.routes = { [`DELETE ${counts}`]: told, [`GET ${counts}/operations/4`]: { body: ended } };
    expect(JSON.parse((await drey('delete', 'job', 'counts', '-o', 'json')).out)).toEqual(removal);
    const { code, out, err } = await drey('delete', 'job', 'counts', '--wait', '-o', 'json');
    expect({ code, record: JSON.parse(out) }).toEqual({ code: 0, record: ended });
    expect(err).toContain('remove 4: succeeded');
  });

  test('prints those that there are, and fails for the one that there is not', async () => {
    api.routes = { [`DELETE ${counts}`]: told };
    const { code, out, err } = await drey('delete', 'job', 'counts', 'other', '-o', 'name');
    expect({ code, out }).toEqual({ code: 1, out: 'operation/4\n' });
    expect(err).toMatch(/flinkjob\/other: There is no such job/);
  });
});

describe('abort', () => {
  test('finds the operation that runs', async () => {
    const items = [operationRecord({ number: 5, state: 'queued' }), operationRecord({ number: 4, state: 'running' })];
    api.routes = { [`GET ${counts}/operations`]: page(items), [`POST ${counts}/operations/4/abort`]: accepted };
    expect((await drey('abort', 'counts')).out).toMatch(/operation 4/);
    // 20 savepoints may wait behind it.
    expect(Number(/limit=(\d+)/.exec(api.asked[0]?.url ?? '')?.[1])).toBeGreaterThan(21);
  });

  test.each([
    ['runs', { operation: 4, upcoming: 5 }, 4],
    ['waits', { upcoming: 5 }, 5],
  ])('finds the operation that %s also while PostgreSQL is away', async (_, view, number) => {
    api.routes = {
      [`GET ${counts}/operations`]: problem('RECORDS_AWAY', 503, 'This needs PostgreSQL.'),
      [`GET ${counts}`]: { body: jobView(view) },
      [`GET ${counts}/operations/4`]: { body: operationRecord({ number: 4, state: 'running' }) },
      [`GET ${counts}/operations/5`]: { body: operationRecord({ number: 5, state: 'queued' }) },
      [`POST ${counts}/operations/${number}/abort`]: accepted,
    };
    expect(await drey('abort', 'counts')).toMatchObject({ code: 0, err: '' });
    expect(api.asked.at(-1)).toMatchObject({ method: 'POST', url: `${counts}/operations/${number}/abort` });
  });

  test('says when none does', async () => {
    api.routes = { [`GET ${counts}/operations`]: page([operationRecord({ state: 'succeeded' })]) };
    const { code, err } = await drey('abort', 'counts');
    expect(code).toBe(1);
    expect(err).toMatch(/no operation of counts waits or runs/);
  });

  test('tells the refusal of the API', async () => {
    api.routes = {
      [`POST ${counts}/operations/9/abort`]: problem('OPERATION_ENDED', 409, 'Operation 9 neither waits nor runs.'),
    };
    const { code, err } = await drey('abort', 'counts', '9');
    expect(code).toBe(1);
    expect(err).toContain('Operation 9 neither waits nor runs.');
  });
});
