/** Metrics through the API: who may bring them, what becomes of them, and how they are read. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { pageOf } from '../../api/answer-shapes.ts';
import { metricsAnswer, samplesAnswer, seriesAnswer } from '../../api/metric-shapes.ts';
import { keepMetrics } from '../../api/keep-metrics.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { agentToken, findToken, tokenHash, type TokenRecord } from '../../clients/postgres/tokens.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { readFlinkCluster } from '../../clients/flink/read-cluster.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { samplesOf } from '../../core/metrics/job-samples.ts';
import { bySeries } from '../../core/metrics/sample.ts';
import { agent, api, apiSuite, call, database, root, viewer } from '../support/api-suite.ts';
import { bootstrap } from '../support/control-plane.ts';
import { measuredJobId, recordedMeasuring, serveRecorded } from '../support/flink-answers.ts';
import { jobView } from '../support/records.ts';
import { newToken } from '../support/tokens.ts';

apiSuite(viewer);
beforeAll(() => keepMetrics(api.services));

let made = 0;

/** A job on the cluster `local`. */
async function someJob(): Promise<{ readonly name: string; readonly uid: string }> {
  made += 1;
  const job = jobView({ uid: `uid-${made}`, name: `measured-${made}` });
  await writeRecords(database.postgres, [{ kind: 'job', uid: job.uid, seq: 1, job }]);
  return job;
}

const intake = '/v1/clusters/local/metrics';
const pathOf = (name: string) => `/v1/tenants/default/jobs/${name}/metrics`;
const bring = (series: readonly unknown[], token: string | null = agent) =>
  call('POST', intake, { token, body: { series } });

/** How many samples the API says it has taken. */
async function taken(): Promise<number> {
  const text: string = (await call('GET', '/metrics')).body;
  return Number(/^drey_samples_total\{outcome="taken"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

const ago = (seconds: number) => Date.now() - seconds * 1_000;
const nothingDropped = { late: 0, early: 0, unknown: 0, crowded: 0 };

describe('bringing samples', () => {
  test('says what was taken, what was there already, and what was dropped and why', async () => {
    const { uid } = await someJob();
    const day = 24 * 3600;
    const batch = [
      {
        uid,
        metric: 'lag',
        points: [
          [ago(20), 4],
          [ago(10), 6],
          [ago(day), 1],
          [ago(-day), 1],
        ],
      },
      { uid: 'nobody', metric: 'lag', points: [[ago(10), 1]] },
    ];
    const first = await bring(batch);
    expect(first.status).toBe(200);
    const dropped = { ...nothingDropped, late: 1, early: 1, unknown: 1 };
    expect(samplesAnswer.parse(first.body)).toEqual({ taken: 2, repeated: 0, dropped, unknownJobs: ['nobody'] });
    expect((await bring(batch)).body).toEqual({ taken: 0, repeated: 2, dropped, unknownJobs: ['nobody'] });
  });

  test.each<[string, unknown]>([
    ['no series', []],
    ['a series without points', [{ uid: 'u', metric: 'lag', points: [] }]],
    ['a value that is no number', [{ uid: 'u', metric: 'lag', points: [[1, 'NaN']] }]],
    ['a value that no roll-up could add up', [{ uid: 'u', metric: 'lag', points: [[1, 1e301]] }]],
    ['a time before 1970', [{ uid: 'u', metric: 'lag', points: [[-1, 1]] }]],
    ['a metric that is no name', [{ uid: 'u', metric: 'la g', points: [[1, 1]] }]],
    ['a vertex that has no name', [{ uid: 'u', metric: 'lag', vertexName: '', points: [[1, 1]] }]],
    ['a NUL in a vertex’s name', [{ uid: 'u', metric: 'lag', vertexName: 'a\0b', points: [[1, 1]] }]],
    ['a field that is not known', [{ uid: 'u', metric: 'lag', points: [[1, 1]], tenant: 'x' }]],
  ])('with %s is refused', async (_, series) => {
    expect(await bring(series as unknown[])).toMatchObject({ status: 422, body: { code: 'INVALID_BODY' } });
  });

  test('too much at once is refused before it is read', async () => {
    const body = `{"series":[${' '.repeat(1024 * 1024)}]}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await call('POST', intake, { token: agent, body, headers });
    expect(answer).toMatchObject({ status: 413, body: { code: 'TOO_LARGE' } });
  });

  test('needs the token of the cluster’s agent: no person’s, no other cluster’s, and not none', async () => {
    const { uid } = await someJob();
    const batch = [{ uid, metric: 'lag', points: [[ago(1), 1]] }];
    const admin = await newToken(database.postgres, root);
    const other = await newToken(database.postgres, agentToken('far'));
    expect(await bring(batch, null)).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
    expect(await bring(batch, admin)).toMatchObject({ status: 403, body: { code: 'ROLE_TOO_LOW' } });
    expect(await bring(batch, other)).toMatchObject({ status: 403, body: { code: 'OTHER_CLUSTER' } });
    expect((await bring(batch)).status).toBe(200);
  });

  test('is all that an agent’s token is good for', async () => {
    const { name } = await someJob();
    for (const path of ['/v1/clusters', '/v1/tenants', '/v1/tenants/default', pathOf(name)])
      expect(await call('GET', path, { token: agent })).toMatchObject({ status: 403, body: { code: 'ROLE_TOO_LOW' } });
    const put = await call('PUT', '/v1/clusters/local', { token: agent, body: {} });
    expect(put).toMatchObject({ status: 403, body: { code: 'ROLE_TOO_LOW' } });
  });

  test('is counted for Prometheus, and so is the maintenance', async () => {
    const { uid } = await someJob();
    const before = await taken();
    await bring([
      {
        uid,
        metric: 'lag',
        points: [
          [ago(3), 1],
          [ago(2), 1],
        ],
      },
    ]);
    expect(await taken()).toBe(before + 2);
    expect((await call('GET', '/metrics')).body).toContain('drey_metrics_maintenance_total{outcome="done"} 1');
  });
});

describe('reading metrics', () => {
  test('gives each series with its points, and says from which resolution and in which steps', async () => {
    const { name, uid } = await someJob();
    const at = Math.floor(Date.now() / 60_000) * 60_000 - 120_000;
    await bring([
      {
        uid,
        metric: 'lag',
        points: [
          [at, 4],
          [at + 20_000, 8],
        ],
      },
      { uid, vertex: 'v1', metric: 'busy', points: [[at, 0.5]] },
    ]);
    const range = `from=${iso(at)}&to=${iso(at + 60_000)}`;
    const answer = await call('GET', `${pathOf(name)}?${range}&step=1m`);
    expect(answer.status).toBe(200);
    expect(metricsAnswer.parse(answer.body)).toEqual({
      resolution: '1m',
      from: iso(at),
      to: iso(at + 60_000),
      stepMs: 60_000,
      series: [
        { vertex: '', metric: 'lag', points: [{ at: iso(at), min: 4, max: 8, avg: 6, last: 8, count: 2 }] },
        { vertex: 'v1', metric: 'busy', points: [{ at: iso(at), min: 0.5, max: 0.5, avg: 0.5, last: 0.5, count: 1 }] },
      ],
    });
    const fine = await call('GET', `${pathOf(name)}?${range}&metric=lag&metric=none`);
    expect(fine.body).toMatchObject({ resolution: 'raw', stepMs: 1_000, series: [{ metric: 'lag' }] });
    expect(fine.body.series[0].points).toHaveLength(2);
    const ofJob = await call('GET', `${pathOf(name)}?vertex=`);
    expect(ofJob.body.series).toMatchObject([{ vertex: '', metric: 'lag' }]);
    expect((await call('GET', `${pathOf(name)}?vertex=v2`)).body.series).toEqual([]);
  });

  test('lists what is measured of a job, page by page', async () => {
    const { name, uid } = await someJob();
    await bring(['', 'v1', 'v2'].map((vertex) => ({ uid, vertex, metric: 'lag', points: [[ago(1), 1]] })));
    const first = await call('GET', `${pathOf(name)}/series?limit=2`);
    expect(pageOf(seriesAnswer).parse(first.body).items).toMatchObject([{ vertex: '' }, { vertex: 'v1' }]);
    const rest = await call('GET', `${pathOf(name)}/series?cursor=${first.body.nextCursor}`);
    expect(rest.body).toEqual({ items: [{ vertex: 'v2', metric: 'lag', seenAt: expect.any(String) }] });
  });

  test.each([
    ['from=yesterday', /query.from/],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /not before/],
    ['step=0s', /query.step/],
    ['step=soon', /query.step/],
    ['metric=a%20b', /query.metric/],
    ['limit=3', /query.limit/],
  ])('with ?%s is refused with the parameter’s name', async (query, words) => {
    const { name } = await someJob();
    const answer = await call('GET', `${pathOf(name)}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
    expect(JSON.stringify(answer.body)).toMatch(words);
  });

  test('of more points than an answer holds is refused with what to do', async () => {
    const { name, uid } = await someJob();
    await bring([{ uid, metric: 'lag', points: [[ago(1), 1]] }]);
    const answer = await call('GET', `${pathOf(name)}?from=${iso(ago(5 * 3600))}&to=${iso(ago(-12 * 3600))}&step=1s`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER' } });
    expect(answer.body.cure).toMatch(/longer step/);
  });

  test('is of the job that has the name now, or of one before it by its uid', async () => {
    const name = 'measured-twice';
    for (const [index, uid] of ['metered1', 'metered2'].entries()) {
      const job = jobView({ uid, name, createdAt: iso(ago(60 - index)) });
      await writeRecords(database.postgres, [{ kind: 'job', uid, seq: 1, job }]);
      await bring([{ uid, metric: uid, points: [[ago(1), 1]] }]);
    }
    const measured = async (query: string) => {
      const [{ body: points }, { body: all }] = [
        await call('GET', `${pathOf(name)}${query}`),
        await call('GET', `${pathOf(name)}/series${query}`),
      ];
      return [...points.series, ...all.items].map(({ metric }: { readonly metric: string }) => metric);
    };
    expect(await measured('')).toEqual(['metered2', 'metered2']);
    expect(await measured('?uid=metered1')).toEqual(['metered1', 'metered1']);
    const answer = await call('GET', `${pathOf(name)}?uid=nobody00`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });

  test('of another tenant’s job is refused', async () => {
    const { name } = await someJob();
    const stranger = await newToken(database.postgres, { name: 'eve', tenant: 'other', role: 'admin' });
    expect(await call('GET', pathOf(name), { token: stranger })).toMatchObject({ status: 403 });
  });
});

/** Brings what an agent would of a ledger job that cannot keep up with its source. */
async function measuredJob(): Promise<string> {
  const { name, uid } = await someJob();
  const recorded = await serveRecorded(recordedMeasuring('2.3', 'later'));
  const flink = connectFlink(directTransport(recorded.url));
  const reading = await new JobReader(flink, measuredJobId).read(await readFlinkCluster(flink));
  await recorded.stop();
  const samples = reading ? samplesOf(uid, reading) : [];
  expect((await bring(bySeries(samples))).body).toEqual({
    taken: samples.length,
    repeated: 0,
    dropped: nothingDropped,
  });
  return pathOf(name);
}

/** The newest value of each series. */
async function valuesAt(path: string) {
  const { series } = metricsAnswer.parse((await call('GET', path)).body);
  return series.map(({ vertex, metric, points }) => ({ vertex, metric, last: points.at(-1)?.last }));
}

describe('what was read of a real job', () => {
  const source = 'e5a72f353fc1e6bbf3bd96a41384998c';
  const sink = 'c813a8a9e8f9c0aa40c67f3aee4d5b3c';

  test('is found by vertex, and by metric over all vertices', async () => {
    const path = await measuredJob();
    const ofSource = await valuesAt(`${path}?vertex=${source}`);
    expect(ofSource.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['pendingRecords', 'source.numRecordsOut', 'backPressuredTimeMsPerSecond.max']),
    );
    expect(new Set(ofSource.map(({ vertex }) => vertex))).toEqual(new Set([source]));
    const busy = await valuesAt(`${path}?metric=busyTimeMsPerSecond.max`);
    expect(busy.map(({ vertex }) => vertex).toSorted()).toEqual([sink, source]);
    expect(busy.find(({ vertex }) => vertex === sink)?.last).toBeGreaterThan(990);
    const one = await valuesAt(`${path}?vertex=${source}&metric=pendingRecords&metric=parallelism`);
    expect(one).toMatchObject([{ metric: 'parallelism', last: 2 }, { metric: 'pendingRecords' }]);
  });

  test('is found as the job’s own, and has no series of what Flink did not tell', async () => {
    const path = await measuredJob();
    const own = await valuesAt(`${path}?vertex=`);
    const metrics = own.map(({ metric }) => metric);
    expect(metrics).toEqual(expect.arrayContaining(['numRestarts', 'taskManager.heapUsed', 'lastCheckpointAge']));
    const all = (await call('GET', `${path}/series?limit=500`)).body.items as { vertex: string; metric: string }[];
    expect(all.filter(({ metric }) => metric === 'sourcePartitions')).toEqual([]);
    expect(all.filter(({ vertex, metric }) => vertex === sink && metric.startsWith('source.'))).toEqual([]);
  });
});

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

describe('the token of an agent', () => {
  test('is made by bootstrap into a file of its own, and kept when it runs again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drey-agent-token-'));
    const file = join(folder, 'agent');
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: database.url };
    const args = ['--token-file', join(folder, 'admin'), '--agent', `far:${file}`];
    await bootstrap(env, args);
    const token = readFileSync(file, 'utf8');
    await bootstrap(env, args);
    expect(readFileSync(file, 'utf8')).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const known = await findToken(database.postgres, tokenHash(token.trim()));
    expect(known).toMatchObject({ role: 'agent', cluster: 'far', tenant: '' });
    rmSync(folder, { recursive: true });
  });

  test('is not made where the address of PostgreSQL is empty', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '' };
    await expect(bootstrap(env, ['--token-file', join(tmpdir(), 'none')])).rejects.toThrow('DATABASE_URL is not set');
  });

  test('must name a cluster, and nobody else’s may', async () => {
    const wrong: TokenRecord[] = [
      { name: 'x', tenant: '', role: 'agent' },
      { name: 'x', tenant: '*', role: 'admin', cluster: 'local' },
    ];
    for (const record of wrong)
      await expect(newToken(database.postgres, record)).rejects.toThrow('tokens_cluster_check');
  });
});
