/** A policy run over what is kept of a job: brought by an agent, decided, and read back from a real PostgreSQL. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { simulationAnswer } from '../../api/autoscaler-shapes.ts';
import { keepMetrics } from '../../api/keep-metrics.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import type { JobSample } from '../../core/autoscaler/samples.ts';
import { samplesOf as metricsOf } from '../../core/metrics/job-samples.ts';
import { bySeries } from '../../core/metrics/sample.ts';
import { inputOf, jobOf, minute, samplesOf, type Load } from '../core/autoscaler/jobs.ts';
import { enough, scaling, tooMuch } from '../core/simulation/past.ts';
import { agent, api, apiSuite, call, database, viewer } from '../support/api-suite.ts';
import { jobView } from '../support/records.ts';

apiSuite(viewer);
beforeAll(() => keepMetrics(api.services));

/** An hour ago. */
const beginMs = Date.now() - 60 * minute;
const moved = (sample: JobSample, byMinutes: number): JobSample => ({
  ...sample,
  atMs: sample.atMs + beginMs + byMinutes * minute,
});

let made = 0;
async function someJob(): Promise<{ readonly name: string; readonly uid: string }> {
  made += 1;
  const job = jobView({ uid: `simulat${made}`, name: `simulated-${made}` });
  await writeRecords(database.postgres, [{ kind: 'job', uid: job.uid, seq: 1, job }]);
  return job;
}

/** Each half minute of so many minutes under one load, as an agent brings it. */
async function measured(uid: string, load: Load, fromMinute: number, minutes: number): Promise<void> {
  const job = jobOf(load.parallelism);
  const samples = samplesOf(load, minutes * minute, minute / 2).map((sample) => moved(sample, fromMinute));
  const values = samples.flatMap((sample) => metricsOf(uid, { job, sample }));
  const series = bySeries(values);
  const answer = await call('POST', '/v1/clusters/local/metrics', { token: agent, body: { series } });
  expect(answer).toMatchObject({ status: 200, body: { taken: values.length } });
}

/** The decision that was made at a minute, by what the agent saw then, and carried out. */
async function decided(uid: string, atMinute: number, to: number, mode: 'advise' | 'active' = 'active'): Promise<void> {
  const { samples, ...input } = inputOf(tooMuch, atMinute * minute);
  const nowMs = beginMs + atMinute * minute;
  const job = { ...input.job, runningSinceMs: beginMs };
  const seen = samples.map(({ runningSinceMs: _since, ...sample }) => moved(sample, 0));
  const whole: AutoscalerInput = { ...input, policy: { ...input.policy, mode }, nowMs, job, samples: seen };
  const at = new Date(nowMs).toISOString();
  const outcome = mode === 'active' ? ('carriedOut' as const) : ('advised' as const);
  const decision = scaling(atMinute, to, { at, id: `j-${nowMs}`, outcome });
  await writeRecords(database.postgres, [
    { kind: 'decision', uid, seq: 1, decision },
    { kind: 'decisionInput', uid, number: decision.number, at, input: whole },
  ]);
}

const simulate = (
  name: string,
  policy: unknown,
  query = '',
  options: { readonly headers?: Record<string, string> } = {},
) => call('POST', `/v1/tenants/default/jobs/${name}/autoscaler/simulate${query}`, { body: policy, ...options });

describe('a policy over what is kept', () => {
  test('says what was done, and what it would have done at the same times', async () => {
    const { name, uid } = await someJob();
    await measured(uid, tooMuch, 0, 30);
    await decided(uid, 30, 8);
    await measured(uid, { ...enough, parallelism: 8 }, 31, 25);
    const answer = await simulate(name, { mode: 'off', max: 6 });
    expect(answer.status).toBe(200);
    const { items, summary, caveats, profile } = simulationAnswer.strict().parse(answer.body);
    expect(items[0]).toMatchObject({
      done: { decision: 1, outcome: 'carriedOut' },
      differs: true,
      vertices: [{ id: 'work', parallelism: 4, done: 8, would: 6 }],
    });
    expect(Date.parse(items[0]?.until ?? '')).toBe(beginMs + 30 * minute);
    expect(profile).toBe('drey');
    expect(summary.done.rescales).toBe(1);
    expect(summary.judged).toBeGreaterThan(60);
    expect(summary.hours).toBeCloseTo(56 / 60, 1);
    // Half an hour of 4 slots, and less than that of 8.
    expect(summary.done.slotHours).toBeCloseTo(4 * (31 / 60) + 8 * (25 / 60), 0);
    expect(caveats.join(' ')).toContain('at the parallelism that the job had then');
  });

  test('finds no difference where it is the policy that decided', async () => {
    const { name, uid } = await someJob();
    await measured(uid, tooMuch, 0, 30);
    await decided(uid, 30, 8);
    const { body } = await simulate(name, {});
    expect(body.items).toMatchObject([{ done: { decision: 1 }, differs: false, vertices: [{ done: 8, would: 8 }] }]);
    expect(body.summary).toMatchObject({ differing: 0, done: { rescales: 1 }, would: { rescales: 1 } });
  });

  test('goes by the windows of decisions where no metrics were brought', async () => {
    const { name, uid } = await someJob();
    await decided(uid, 30, 8, 'advise');
    const { body } = await simulate(name, { max: 5 });
    expect(body.items).toMatchObject([
      { done: { outcome: 'advised' }, differs: true, vertices: [{ done: 4, would: 5 }] },
    ]);
  });

  test('goes by a decision of later for what the vertices are', async () => {
    const { name, uid } = await someJob();
    await measured(uid, tooMuch, 0, 20);
    await decided(uid, 30, 8);
    const to = new Date(beginMs + 21 * minute).toISOString();
    const { body } = await simulate(name, { max: 6 }, `?to=${to}`);
    expect(body).toMatchObject({ to, items: [{ vertices: [{ parallelism: 4, would: 6 }] }] });
    expect(body.items[0].done).toBeUndefined();
  });

  test('is taken as YAML, and leaves out metrics of one’s own, and says so', async () => {
    const { name, uid } = await someJob();
    await decided(uid, 30, 8);
    const yaml = 'metrics:\n- {name: queue, metric: depth, target: 5}\n';
    const { body } = await simulate(name, yaml, '', { headers: { 'content-type': 'application/yaml' } });
    expect(body.caveats).toHaveLength(4);
    expect(body.caveats[3]).toContain('left out');
  });
});

describe('it is refused', () => {
  test.each<[string, unknown, string, string]>([
    ['with a field that is none', { maxx: 3 }, 'maxx is not a field of the spec', 'Did you mean'],
    ['with bounds that exclude each other', { min: 4, max: 2 }, 'min must not be above `max`', 'Write what stands'],
    ['with what is no map', [], 'The policy is not a map', 'fields of `spec.autoscaler`'],
    ['with a word that is none', { profile: 'dray' }, 'profile must be one of', 'Did you mean drey'],
  ])('%s', async (_, policy, detail, cure) => {
    const { name } = await someJob();
    const answer = await simulate(name, policy);
    expect(answer).toMatchObject({ status: 422, body: { code: 'POLICY_REFUSED' } });
    expect(answer.body.detail).toContain(detail);
    expect(answer.body.cure).toContain(cure);
  });

  test('where nothing was ever decided, with what to do', async () => {
    const { name, uid } = await someJob();
    await measured(uid, tooMuch, 0, 5);
    const answer = await simulate(name, {});
    expect(answer).toMatchObject({ status: 409, body: { code: 'NOTHING_RECORDED' } });
    expect(answer.body.cure).toContain('drey autoscale JOB --now');
  });

  test('where nothing was measured then', async () => {
    const { name, uid } = await someJob();
    await decided(uid, 30, 8);
    const to = new Date(beginMs - 120 * minute).toISOString();
    expect(await simulate(name, {}, `?to=${to}`)).toMatchObject({ status: 409, body: { code: 'NOTHING_RECORDED' } });
  });

  test.each([
    ['for a time that ends before it begins', '?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'not before'],
    ['for more than is judged at once', '?from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z', '25 hours are the most'],
  ])('%s', async (_, query, words) => {
    const { name } = await someJob();
    const answer = await simulate(name, {}, query);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
    expect(answer.body.detail).toContain(words);
  });

  test('for a job that is not there', async () => {
    expect(await simulate('nobody', {})).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});
