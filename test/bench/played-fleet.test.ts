/** The stand-in of the benchmarks: the agent's own code sees in it what it would see in a fleet of real JobManagers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lookAtFlink } from '../../activities/observe/flink-look.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { readFlinkCluster } from '../../clients/flink/read-cluster.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import type { FlinkTransport } from '../../clients/flink/transport.ts';
import { isWhole } from '../../core/metrics/job-reading.ts';
import { fleetJob, type FleetJob } from './fleet-job.ts';
import { PlayedFleet } from './played-fleet.ts';

const createdAt = '2026-01-02T03:04:05.000Z';
const jobs = [0, 1, 2].map((index) => fleetJob({ index, run: 'test', policy: 'never', createdAt }));
const [one, other, third] = jobs as [FleetJob, FleetJob, FleetJob];
const fleet = new PlayedFleet();
let port = 0;

/** Asks as the API server's proxy does: with the path that it was asked for in a header. */
function throughProxy(service: string): FlinkTransport {
  const forwarded = `/api/v1/namespaces/drey-bench-fleet/services/${service}:8081/proxy`;
  return {
    address: service,
    async send({ method, path }) {
      const headers = { 'x-forwarded-uri': forwarded + path };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
      return { status: answer.status, body: await answer.text() };
    },
  };
}

const flinkOf = ({ service }: FleetJob) => connectFlink(throughProxy(service));
function newestCheckpoint(atMs: number): number {
  const { response } = fleet.answer(one.service, 'GET', `/jobs/${one.flinkJobId}/checkpoints`, atMs);
  return (response as { latest: { completed: { id: number } } }).latest.completed.id;
}

const look = (job: FleetJob, isDeep = true) =>
  lookAtFlink({ flink: flinkOf(job), generation: job.generation }, () => isDeep);

beforeAll(async () => {
  const startedAtMs = Date.now() - 3_600_000;
  for (const job of jobs)
    fleet.play(job.service, { jobId: job.flinkJobId, name: job.generation.identity.name, startedAtMs });
  port = await fleet.listen('127.0.0.1', 0);
});
afterAll(() => fleet.close());

describe('a played JobManager', () => {
  test('has its own job, all of whose tasks run', async () => {
    const { state, tasks } = await look(one, false);
    expect(state).toBe('RUNNING');
    expect(tasks).toEqual({ running: 2, total: 2 });
  });

  test('has checkpoints that go on, none of which has failed', async () => {
    const { checkpoints, failuresAtMs, cause } = await look(one);
    expect(checkpoints).toMatchObject({ intervalMs: 2_000, failures: 0 });
    expect(Date.now() - (checkpoints?.newest?.completedAtMs ?? 0)).toBeLessThan(4_000);
    expect(checkpoints?.newest?.path).toContain(one.flinkJobId);
    expect(failuresAtMs).toEqual([]);
    expect(cause).toBeUndefined();
  });

  test('numbers them as time goes by', async () => {
    const nowMs = Date.now();
    expect(newestCheckpoint(nowMs + 20_000)).toBe(newestCheckpoint(nowMs) + 10);
  });

  test('can be measured like a real one: nothing is missing', async () => {
    const flink = flinkOf(one);
    const reader = new JobReader(flink, one.flinkJobId, { timeoutMs: 5_000 });
    const reading = await reader.read(await readFlinkCluster(flink, { timeoutMs: 5_000 }));
    expect(reading && isWhole(reading)).toBe(true);
    expect(Object.keys(fleet.notPlayed()).filter((path) => path.includes('metrics'))).toEqual([]);
  });

  test('knows no job of another one', async () => {
    expect((await look({ ...one, generation: other.generation })).state).toBe('absent');
    expect(await flinkOf(one).job(other.flinkJobId)).toBeUndefined();
  });

  test('answers all else that a job is asked about', async () => {
    const flink = flinkOf(one);
    expect(await flink.job(one.flinkJobId)).toMatchObject({ id: one.flinkJobId, state: 'RUNNING' });
    expect(await flink.overview()).toMatchObject({ slotsTotal: 1, slotsAvailable: 0 });
    expect(await flink.taskManagers()).toHaveLength(1);
    expect(await flink.failureCause(one.flinkJobId)).toBeUndefined();
    expect((await flink.config()).flinkVersion).toBe('2.3.0');
  });
});

describe('a played fleet', () => {
  test('is told apart by the Services, whoever asks', async () => {
    const direct = await fetch(`http://127.0.0.1:${port}/jobs/overview`, {
      headers: { 'x-forwarded-uri': '', host: 'unused' },
    });
    expect(direct.status).toBe(404);
    const { jobs: listed } = fleet.answer(third.service, 'GET', '/jobs/overview', 1).response as { jobs: unknown[] };
    expect(listed).toMatchObject([{ jid: third.flinkJobId }]);
  });

  test('says when the last of them was asked', async () => {
    fleet.forgetAsked();
    await look(one, false);
    await look(other, false);
    expect(fleet.allAskedAtMs()).toBeUndefined();
    const before = Date.now();
    await look(third, false);
    expect(fleet.allAskedAtMs()).toBeGreaterThanOrEqual(before);
    expect(fleet.requests).toBe(3);
  });

  test('remembers what it could not answer', async () => {
    expect(fleet.notPlayed()).not.toHaveProperty('GET /jobs/:id/execution-result');
    await flinkOf(one).resourceRequirements(one.flinkJobId);
    expect(fleet.notPlayed()).toMatchObject({ 'GET /jobs/:id/resource-requirements': 1 });
  });

  test('fails all of its jobs at once, each with a cause', async () => {
    fleet.failAll(Date.now());
    for (const job of jobs) {
      const { state, cause } = await look(job);
      expect(state).toBe('FAILED');
      expect(cause?.failure).toMatchObject({ code: 'JOB_FAILED', message: expect.stringContaining('record 0 is bad') });
    }
  });
});
