import { expect, test } from '@jest/globals';
import { jobView } from '../support/records.ts';
import { type FakeAnswer, page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const jobs = '/v1/tenants/default/jobs';
const counts = jobView();
const orders = jobView({ name: 'orders', uid: 'b1b2c3d4' });
const missing = problem('NO_SUCH_JOB', 404, 'There is no such job.');
/** What ends a watch: nothing else does but Ctrl-C. */
const broken = problem('NOT_ALLOWED', 403, 'That is enough.');

const rows = (text: string) => text.split('\n').filter((line) => /counts|orders/.test(line));

/** The lines that a watch prints, while the lists come one after the other. */
async function watched(lists: readonly FakeAnswer[], now: FakeAnswer | readonly FakeAnswer[], ...flags: string[]) {
  api.routes = { [`GET ${jobs}`]: [...lists, broken], [`GET ${jobs}/counts`]: now };
  const { out, err } = await runDrey(api.server, ['get', 'jobs', '-w', ...flags]);
  return { out: rows(out).map((row) => row.split(/ {2,}/).slice(0, 2).join(' ')), err: rows(err) };
}

const both = page([counts, orders]);
const gone = 'flinkjob/counts of tenant default is gone';

test('prints what changes, and once that a job is gone', async () => {
  const changed = page([counts, { ...orders, phase: 'FAILED', updatedAt: '2026-01-01T00:30:00.000Z' }]);
  const { out, err } = await watched([both, changed, page([orders]), page([orders])], missing);
  expect(out).toEqual(['counts RUNNING', 'orders RUNNING', 'orders FAILED', gone, 'orders RUNNING']);
  expect(err).toEqual([]);
});

test('says that it is gone where another job has its name', async () => {
  const other = { ...counts, uid: 'z9y8x7w6' };
  const { out } = await watched([page([counts]), page([other])], { body: other });
  expect(out).toEqual(['counts RUNNING', gone, 'counts RUNNING']);
});

test('says nothing of a job that is there and only not what was asked for', async () => {
  const lists = [both, page([orders])];
  const { out } = await watched(lists, { body: { ...counts, phase: 'FAILED' } }, '--phase', 'running');
  expect(out).toEqual(['counts RUNNING', 'orders RUNNING']);
});

test('keeps the sentence from a list of bare names', async () => {
  const { out, err } = await watched([both, page([orders])], missing, '-o', 'name');
  expect({ out, err }).toEqual({ out: ['flinkjob/counts', 'flinkjob/orders'], err: [gone] });
});

test('says it of a job that was named', async () => {
  api.routes = { [`GET ${jobs}/counts`]: [{ body: counts }, missing, missing, broken] };
  const { out } = await runDrey(api.server, ['get', 'job', 'counts', '-w']);
  expect(out.split('\n').slice(1)).toEqual([expect.stringContaining('RUNNING'), gone, '']);
});

test('goes on where the API is away for a moment, and says once that it is and once that it is back', async () => {
  const changed = page([counts, { ...orders, phase: 'FAILED', updatedAt: '2026-01-01T00:30:00.000Z' }]);
  const away = problem('RECORDS_AWAY', 503, 'This needs PostgreSQL, which does not answer now.');
  const lists = [both, { hangUp: true }, { hangUp: true }, away, changed, away, both, broken];
  api.routes = { [`GET ${jobs}`]: lists };
  const { out, err } = await runDrey(api.server, ['get', 'jobs', '-w']);
  expect(rows(out).map((row) => row.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
    'counts RUNNING',
    'orders RUNNING',
    'orders FAILED',
    'orders RUNNING',
  ]);
  expect(err.split('\n').slice(0, 5)).toEqual([
    expect.stringMatching(/^cannot reach Drey at .*; trying again \(Ctrl-C stops\)$/),
    'Drey answers again',
    'This needs PostgreSQL, which does not answer now.; trying again (Ctrl-C stops)',
    'Drey answers again',
    'error: That is enough. (NOT_ALLOWED, request r-1)',
  ]);
});

test('says of a job only once that it is gone, also where the API goes away while that is asked', async () => {
  const { out } = await watched([both, page([orders]), page([orders])], [{ hangUp: true }, missing]);
  expect(out.filter((line) => line === gone)).toEqual([gone]);
});

test('ends at once where the API never answered: its address may be wrong', async () => {
  api.routes = { [`GET ${jobs}`]: { hangUp: true } };
  const { code, err } = await runDrey(api.server, ['get', 'jobs', '-w']);
  expect(code).toBe(3);
  expect(err).toMatch(/^error: cannot reach Drey at .*\ncure: Check that Drey is up/);
});
