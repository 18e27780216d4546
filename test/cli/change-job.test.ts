import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jobView, operationRecord } from '../support/records.ts';
import { page, problem, startFakeApi, type FakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.asked.length = 0;
  api.routes = {};
});

const counts = '/v1/tenants/default/jobs/counts';
const operation = operationRecord({ number: 4, kind: 'upgrade', state: 'queued' });
const accepted = { status: 202, body: { changed: true, job: jobView(), operation } };
const drey = (...words: string[]) => runDrey(api.server, words, { now: Date.now });

describe('a short word', () => {
  test.each([
    [['suspend', 'counts'], 'suspend', {}, 'suspending'],
    [['suspend', 'job', 'counts', '--mode', 'last-state'], 'suspend', { mode: 'last-state' }, 'suspending'],
    [['resume', 'counts'], 'resume', {}, 'resuming'],
    [['restart', 'job/counts'], 'restart', {}, 'restarting'],
    [['promote', 'counts'], 'promote', {}, 'promoting'],
    [['discard', 'counts'], 'discard', {}, 'discarding its candidate'],
    [['scale', 'counts', '--parallelism', '4'], 'scale', { parallelism: 4 }, 'scaling'],
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
    [['scale', 'counts'], 2, /--parallelism/],
    [['rollback', 'counts', '--to', '0'], 2, /--to must be a whole number/],
  ])('%j is refused', async (words, code, text) => {
    const answer = await drey(...words);
    expect(answer.code).toBe(code);
    expect(answer.err).toMatch(text);
  });
});

describe('abort', () => {
  test('finds the operation that runs', async () => {
    const items = [operationRecord({ number: 5, state: 'queued' }), operationRecord({ number: 4, state: 'running' })];
    api.routes = { [`GET ${counts}/operations`]: page(items), [`POST ${counts}/operations/4/abort`]: accepted };
    expect((await drey('abort', 'counts')).out).toMatch(/operation 4/);
  });

  test('says when none does', async () => {
    api.routes = { [`GET ${counts}/operations`]: page([operationRecord({ state: 'succeeded' })]) };
    expect((await drey('abort', 'counts')).err).toMatch(/no operation of counts waits or runs/);
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
