import { describe, expect, test } from '@jest/globals';
import { jobView, operationRecord } from '../support/records.ts';
import { page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/default/jobs/counts';
const generation = { number: 1, revision: 1, flinkJobId: 'f'.repeat(32), name: 'counts-a1b2c3d4-1' };
const running = jobView({ generation });
const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.' } as const;
const missing = problem('NO_SUCH_JOB', 404, 'There is no such job.');
const succeeded = operationRecord({ state: 'succeeded' });
const failed = operationRecord({ state: 'failed', failure });

const wait = (condition: string, ...flags: string[]) =>
  runDrey(api.server, ['wait', 'job', 'counts', `--for=${condition}`, ...flags], { now: Date.now });
const met = { code: 0, out: 'flinkjob/counts condition met\n', err: '' };

describe('wait --for=running', () => {
  test('returns when the accepted revision runs and nothing is under way', async () => {
    api.routes = {
      [`GET ${counts}`]: [
        { body: jobView({ phase: 'DEPLOYING', operation: 1 }) },
        { body: { ...running, operation: 1 } },
        { body: running },
      ],
    };
    expect(await wait('running')).toEqual(met);
    expect(api.asked).toHaveLength(3);
  });

  test('does not take the old revision for the new one, whose operation still waits', async () => {
    api.routes = {
      [`GET ${counts}`]: [
        { body: { ...running, revision: 2 } },
        { body: { ...running, generation: { ...generation, revision: 2 }, revision: 2 } },
      ],
      [`GET ${counts}/operations`]: page([operationRecord({ state: 'queued' })]),
    };
    expect(await wait('running')).toEqual(met);
  });

  test('does not take the last failure for that of a queued operation', async () => {
    api.routes = {
      [`GET ${counts}`]: [{ body: jobView({ phase: 'FAILED', failure }) }, { body: running }],
      [`GET ${counts}/operations`]: page([operationRecord({ state: 'queued' })]),
    };
    expect(await wait('running')).toEqual(met);
  });

  test('fails at once when the operation failed, with its cure', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: jobView({ phase: 'FAILED', failure }) },
      [`GET ${counts}/operations`]: page([failed]),
    };
    expect(await wait('running')).toEqual({
      code: 1,
      out: '',
      err: 'error: flinkjob/counts: deploy (operation 1) failed: CRASH_LOOP: It exits.\ncure: Mend it.\n',
    });
  });

  test('says what runs where the operation failed and was rolled back', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: { ...running, revision: 2, failure } },
      [`GET ${counts}/operations`]: page([{ ...failed, kind: 'upgrade', revision: 2, rolledBackTo: 1 }]),
    };
    const said = 'upgrade (operation 1) failed, rolled back to revision 1: CRASH_LOOP';
    expect(await wait('running')).toMatchObject({ code: 1, err: expect.stringContaining(said) });
  });

  test('fails at once while a candidate waits beside the job, and when it was discarded', async () => {
    const since = { ...generation, number: 2, since: '2026-01-01T00:00:00.000Z' };
    api.routes = {
      [`GET ${counts}`]: { body: { ...running, phase: 'DUAL_RUNNING', revision: 2, candidate: since } },
      [`GET ${counts}/operations`]: page([succeeded]),
    };
    expect(await wait('running')).toMatchObject({ code: 1, err: expect.stringContaining('drey promote NAME') });
    api.routes = {
      [`GET ${counts}`]: { body: { ...running, revision: 2 } },
      [`GET ${counts}/operations`]: page([{ ...succeeded, kind: 'discard' }]),
    };
    expect(await wait('running')).toMatchObject({ code: 1, err: expect.stringContaining('was discarded') });
  });

  test('fails at once when the job has finished', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: jobView({ phase: 'FINISHED', generation }) },
      [`GET ${counts}/operations`]: page([succeeded]),
    };
    expect(await wait('running')).toMatchObject({ code: 1, err: 'error: flinkjob/counts is FINISHED\n' });
  });

  test.each(['SUSPENDED', 'CANCELED'] as const)('fails at once when the job is %s, with the command', async (phase) => {
    api.routes = {
      [`GET ${counts}`]: { body: jobView({ phase }) },
      [`GET ${counts}/operations`]: page([{ ...succeeded, kind: 'suspend' }]),
    };
    expect(await wait('running')).toMatchObject({
      code: 1,
      err: `error: flinkjob/counts is ${phase}\ncure: drey resume counts starts it.\n`,
    });
  });

  test('goes on between two attempts to bring the job back', async () => {
    api.routes = {
      [`GET ${counts}`]: [{ body: jobView({ phase: 'RECOVERING' }) }, { body: running }],
      [`GET ${counts}/operations`]: page([{ ...failed, kind: 'recover' }]),
    };
    expect(await wait('running')).toEqual(met);
  });

  test.each([
    ['failed', { ...failed, kind: 'upgrade' }, 'CRASH_LOOP: It exits.'],
    ['was discarded', { ...succeeded, kind: 'discard' }, 'revision 2 was discarded'],
  ] as const)('fails at once where what is brought back is not the revision that %s', async (_what, newest, said) => {
    api.routes = {
      [`GET ${counts}`]: { body: { ...running, phase: 'RECOVERING', revision: 2 } },
      [`GET ${counts}/operations`]: page([newest]),
    };
    expect(await wait('running', '--timeout', '1s')).toMatchObject({ code: 1, err: expect.stringContaining(said) });
  });

  test.each([
    ['', undefined, 'Apply a spec that shall run; the same one is tried again.'],
    [': CRASH_LOOP: It exits.', failure, 'Mend it.'],
  ])('fails at once where what was brought back runs in place of the accepted revision%s', async (why, said, cure) => {
    api.routes = {
      [`GET ${counts}`]: [
        { body: { ...running, phase: 'RECOVERING', revision: 2 } },
        { body: { ...running, revision: 2, failure: said } },
      ],
      [`GET ${counts}/operations`]: page([{ ...succeeded, kind: 'recover', revision: 1 }]),
    };
    expect(await wait('running', '--timeout', '2s')).toEqual({
      code: 1,
      out: '',
      err: `error: flinkjob/counts runs revision 1, to which it was brought back, and not revision 2${why}\ncure: ${cure}\n`,
    });
    expect(api.asked).toHaveLength(4);
  });

  test('goes on while the change to the accepted revision has just ended, and the job does not show it yet', async () => {
    api.routes = {
      [`GET ${counts}`]: [
        { body: { ...running, revision: 2 } },
        { body: { ...running, generation: { ...generation, revision: 2 }, revision: 2 } },
      ],
      [`GET ${counts}/operations`]: page([{ ...succeeded, kind: 'adjust', revision: 2 }]),
    };
    expect(await wait('running')).toEqual(met);
  });

  test('fails at once when there is no such job', async () => {
    api.routes = { [`GET ${counts}`]: missing };
    expect(await wait('running')).toMatchObject({ code: 1, err: expect.stringContaining('NO_SUCH_JOB') });
  });

  test('waits for an API that is away, until the timeout, and then exits with 3', async () => {
    api.routes = { [`GET ${counts}`]: { hangUp: true } };
    const { code, err } = await wait('running', '--timeout', '3s');
    expect(code).toBe(3);
    expect(err).toContain('timed out after 3s waiting for flinkjob/counts to be running');
    expect(api.asked.length).toBeGreaterThan(1);
  });
});

describe('wait --for=removed and --for=phase', () => {
  test.each([
    ['the job is gone', missing],
    ['another job has its name', { body: { ...running, uid: 'z9y8x7w6' } }],
  ])('removed: returns when %s', async (_what, then) => {
    api.routes = { [`GET ${counts}`]: [{ body: running }, then], [`GET ${counts}/operations`]: page([succeeded]) };
    expect(await wait('removed')).toEqual(met);
  });

  test('removed: fails when the removal failed', async () => {
    const removal = operationRecord({ number: 2, kind: 'remove', state: 'failed', failure });
    api.routes = { [`GET ${counts}`]: { body: running }, [`GET ${counts}/operations`]: page([removal]) };
    expect(await wait('removed')).toMatchObject({
      code: 1,
      err: expect.stringContaining('remove (operation 2) failed'),
    });
  });

  test('phase: refuses one that there is not, and takes REMOVED for removed', async () => {
    const { code, err } = await wait('phase=runing', '--timeout', '1s');
    expect({ code, asked: api.asked }).toEqual({ code: 2, asked: [] });
    expect(err).toMatch(/there is no such phase\ncure: Use one of PENDING, /);
    api.routes = { [`GET ${counts}`]: missing };
    expect(await wait('phase=removed')).toEqual(met);
  });

  test('phase: returns when the job is in it', async () => {
    api.routes = {
      [`GET ${counts}`]: [{ body: running }, { body: jobView({ phase: 'FINISHED' }) }],
      [`GET ${counts}/operations`]: page([succeeded]),
    };
    expect(await wait('phase=finished')).toEqual(met);
  });
});

const timesAsked = (url: string) => api.asked.filter((one) => one.url.startsWith(url)).length;

describe('wait --for=phase=FINISHED', () => {
  const finished = jobView({ phase: 'FINISHED', generation });
  const operations = `GET ${counts}/operations`;

  test('does not take the last run for the one that was just accepted', async () => {
    api.routes = {
      [`GET ${counts}`]: [
        { body: { ...finished, revision: 2, upcoming: 2 } },
        { body: { ...finished, revision: 2, upcoming: 2, operation: 2 } },
        { body: { ...finished, revision: 2, phase: 'UPGRADING', upcoming: 2, operation: 2 } },
        { body: { ...running, revision: 2 } },
        { body: { ...finished, revision: 2 } },
      ],
      [operations]: page([{ ...succeeded, number: 2, revision: 2 }, succeeded]),
    };
    expect(await wait('phase=FINISHED')).toEqual(met);
    expect(timesAsked(counts) - timesAsked(`${counts}/operations`)).toBe(5);
  });

  test('does not wait for what leaves the job as it is', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: { ...finished, operation: 2 } },
      [operations]: page([operationRecord({ number: 2, kind: 'cleanup' }), succeeded]),
    };
    expect(await wait('phase=FINISHED')).toEqual(met);
  });

  test.each([
    ['its attempts are used up', { ...failed, number: 3, kind: 'recover' }, 'recover (operation 3) failed'],
    ['nothing was tried', succeeded, 'is FAILED'],
  ])('fails at once when the job has failed and %s, with its cure', async (_what, newest, said) => {
    api.routes = {
      [`GET ${counts}`]: { body: jobView({ phase: 'FAILED', failure, generation }) },
      [operations]: page([newest]),
    };
    const told = said.startsWith('is') ? `flinkjob/counts ${said}` : `flinkjob/counts: ${said}`;
    expect(await wait('phase=FINISHED', '--timeout', '1s')).toEqual({
      code: 1,
      out: '',
      err: `error: ${told}: CRASH_LOOP: It exits.\ncure: Mend it.\n`,
    });
  });

  test('fails at once when what was accepted did not come about, and an earlier revision runs on', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: { ...running, revision: 2, failure } },
      [operations]: page([{ ...failed, kind: 'upgrade', revision: 2, rolledBackTo: 1 }]),
    };
    const said = 'upgrade (operation 1) failed, rolled back to revision 1: CRASH_LOOP';
    const ran = await wait('phase=FINISHED', '--timeout', '1s');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining(said) });
  });

  test.each([
    ['between two attempts to bring the job back', jobView({ phase: 'RECOVERING' })],
    ['after such an attempt has failed, and Flink has brought the job up by itself', running],
  ])('goes on %s', async (_when, body) => {
    api.routes = {
      [`GET ${counts}`]: [{ body }, { body: finished }],
      [operations]: page([{ ...failed, kind: 'recover' }]),
    };
    expect(await wait('phase=FINISHED')).toEqual(met);
  });

  test('reads the operations of a job that runs only when something of it has changed', async () => {
    api.routes = {
      [`GET ${counts}`]: [{ body: running }, { body: running }, { body: running }, { body: finished }],
      [operations]: page([succeeded]),
    };
    expect(await wait('phase=FINISHED')).toEqual(met);
    expect(timesAsked(`${counts}/operations`)).toBe(1);
  });
});

describe('wait for another phase', () => {
  test.each(['SUSPENDED', 'RUNNING'])('%s: fails at once when the job is CANCELED', async (phase) => {
    api.routes = {
      [`GET ${counts}`]: { body: jobView({ phase: 'CANCELED' }) },
      [`GET ${counts}/operations`]: page([{ ...succeeded, kind: 'cancel' }]),
    };
    expect(await wait(`phase=${phase}`, '--timeout', '1s')).toMatchObject({
      code: 1,
      err: 'error: flinkjob/counts is CANCELED\ncure: drey resume counts starts it.\n',
    });
  });

  test('SUSPENDED: fails at once when the job could not be suspended, and runs on', async () => {
    api.routes = {
      [`GET ${counts}`]: { body: running },
      [`GET ${counts}/operations`]: page([{ ...failed, kind: 'suspend' }]),
    };
    const said = 'suspend (operation 1) failed: CRASH_LOOP';
    const ran = await wait('phase=suspended', '--timeout', '1s');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining(said) });
  });

  test('UPGRADING: is met while that is under way', async () => {
    api.routes = { [`GET ${counts}`]: { body: jobView({ phase: 'UPGRADING', operation: 2, upcoming: 2 }) } };
    expect(await wait('phase=upgrading')).toEqual(met);
  });

  test('FAILED: is met when the job has failed', async () => {
    api.routes = { [`GET ${counts}`]: { body: jobView({ phase: 'FAILED', failure }) } };
    expect(await wait('phase=failed')).toEqual(met);
  });
});

const cluster = (agent: object) => ({
  body: { name: 'local', description: '', labels: {}, createdAt: 'x', updatedAt: 'x', agent },
});

describe('delete', () => {
  const removal = operationRecord({ number: 2, kind: 'remove', state: 'queued' });
  const accepted = { status: 202, body: { changed: true, job: running, operation: removal } };

  test('asks for the removal and names its operation', async () => {
    api.routes = { [`DELETE ${counts}`]: accepted };
    const ran = await runDrey(api.server, ['delete', 'job', 'counts']);
    expect(ran).toEqual({ code: 0, out: 'flinkjob/counts removal requested (operation 2)\n', err: '' });
    expect(api.asked[0]?.headers['idempotency-key']).toBeDefined();
  });

  test('with --wait follows it, and takes a job that is gone for removed', async () => {
    api.routes = {
      [`DELETE ${counts}`]: accepted,
      [`GET ${counts}/operations/2`]: [{ body: removal }, missing],
      [`GET ${counts}`]: missing,
    };
    const { code, out } = await runDrey(api.server, ['delete', 'job', 'counts', '--wait']);
    expect(code).toBe(0);
    expect(out).toMatch(/^flinkjob\/counts removing \(operation 2\)\nflinkjob\/counts: remove 2: succeeded in .*\n$/);
  });

  test('of a job that is being removed already is content with that', async () => {
    api.routes = {
      [`DELETE ${counts}`]: problem('BEING_REMOVED', 409, 'Job counts is being removed.'),
      [`GET ${counts}`]: { body: { ...running, phase: 'REMOVING' } },
      [`GET ${counts}/operations`]: page([removal, succeeded]),
    };
    const ran = await runDrey(api.server, ['delete', 'job', 'counts']);
    expect(ran).toEqual({ code: 0, out: 'flinkjob/counts removal requested (operation 2)\n', err: '' });
  });

  test('fails for a job that does not exist, unless told to ignore that', async () => {
    expect((await runDrey(api.server, ['delete', 'job', 'counts'])).code).toBe(1);
    expect(await runDrey(api.server, ['delete', 'job', 'counts', '--ignore-not-found'])).toMatchObject({ code: 0 });
  });

  test('warns at once where no agent is there, and names the way out', async () => {
    api.routes = {
      [`DELETE ${counts}`]: accepted,
      'GET /v1/clusters/local': cluster({ state: 'gone', lastSeen: '2026-01-01T00:00:00Z' }),
    };
    const ran = await runDrey(api.server, ['delete', 'job', 'counts']);
    expect(ran.code).toBe(0);
    expect(ran.err).toBe(
      [
        'warning: no agent of cluster local is there since 2026-01-01T00:00:00Z: the removal fails without one, or waits where it has begun.',
        'cure: start it, or drey delete job counts --forget, which leaves all that the job has there.',
        '',
      ].join('\n'),
    );
    const forgotten = await runDrey(api.server, ['delete', 'job', 'counts', '--forget']);
    expect(forgotten).toMatchObject({ code: 0, err: '' });
    expect(api.asked.at(-1)?.url).toBe(`${counts}?forget=true`);
  });

  test('does not warn where one is, or nobody knows', async () => {
    for (const state of ['connected', 'unknown']) {
      api.routes = { [`DELETE ${counts}`]: accepted, 'GET /v1/clusters/local': cluster({ state }) };
      expect((await runDrey(api.server, ['delete', 'job', 'counts'])).err).toBe('');
    }
  });

  test('with --wait says what a step waits for while it waits', async () => {
    const detail = 'no agent of cluster local had taken it up';
    const step = { name: 'clusterAsked', title: 'Asked', state: 'running', startedAt: '2026-01-01T00:00:00Z', detail };
    const waiting = { ...removal, state: 'running', steps: [step] };
    api.routes = {
      [`DELETE ${counts}`]: accepted,
      [`GET ${counts}/operations/2`]: [{ body: waiting }, { body: waiting }, missing],
      [`GET ${counts}`]: missing,
    };
    const { out } = await runDrey(api.server, ['delete', 'job', 'counts', '--wait']);
    expect(out.split('\n').filter((line) => line.includes(detail))).toEqual([
      `flinkjob/counts: remove 2: Asked: ${detail}`,
    ]);
  });

  test('takes the names from a file', async () => {
    api.routes = { [`DELETE ${counts}`]: accepted };
    const input = '{"kind": "FlinkJob", "metadata": {"name": "counts"}}';
    expect((await runDrey(api.server, ['delete', '-f', '-'], { input })).code).toBe(0);
  });
});
