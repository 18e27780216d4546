/** Samples on their way to the real API: none is lost or doubled while it is away, within a bound, and nobody is held up. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createAgentMetrics, type AgentMetrics } from '../../agent/metrics.ts';
import { MetricsSender, type MetricsSenderOptions } from '../../agent/metrics-sender.ts';
import { SampleBuffer } from '../../agent/sample-buffer.ts';
import { DreyApiError } from '../../clients/drey/errors.ts';
import { samplesTo } from '../../clients/drey/send-samples.ts';
import { maintainMetrics } from '../../clients/postgres/metrics-partitions.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { agentToken, saveToken, tokenHash } from '../../clients/postgres/tokens.ts';
import { retentionDefaults } from '../../core/metrics/resolution.ts';
import type { MetricSample } from '../../core/metrics/sample.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startApiOnPostgres, type ApiOnPostgres } from '../support/api-on-postgres.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { jobView } from '../support/records.ts';

let server: TestPostgres;
let api: ApiOnPostgres;
let token: string;
let metrics: AgentMetrics;
let sender: MetricsSender | undefined;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

beforeEach(async () => {
  const { postgres } = await server.database();
  await writeRecords(postgres, [{ kind: 'job', uid: 'here', seq: 1, job: jobView({ uid: 'here' }) }]);
  await maintainMetrics(postgres, retentionDefaults);
  token = randomBytes(32).toString('base64url');
  await saveToken(postgres, tokenHash(token), agentToken('local'));
  api = await startApiOnPostgres(postgres);
  metrics = createAgentMetrics();
});
afterEach(async () => {
  await sender?.stop();
  sender = undefined;
  await api.stop();
});

/** In a hurry, so that a test sees in milliseconds what takes seconds. */
function newSender(options: Partial<MetricsSenderOptions> = {}): MetricsSender {
  const send = samplesTo({ server: api.url, cluster: 'local', token: () => token });
  const log = pino({ level: 'silent' });
  sender = new MetricsSender({ send, metrics, log, everyMs: 5, pauseMs: { first: 5, max: 20 }, ...options });
  return sender;
}

const start = Date.now() - 60_000;

/** One sample for each number, whose value is the number. */
function samples(from: number, count: number, more: Partial<MetricSample> = {}): MetricSample[] {
  return Array.from({ length: count }, (_, index) => ({
    uid: 'here',
    vertex: '',
    metric: 'lag',
    atMs: start + from + index,
    value: from + index,
    ...more,
  }));
}

async function countOf(name: string, outcome?: string): Promise<number> {
  const { values = [] } = (await metrics.registry.getSingleMetric(name)?.get()) ?? {};
  return values.find(({ labels }) => outcome === undefined || labels['outcome'] === outcome)?.value ?? 0;
}

const samplesOf = (outcome: string) => countOf('drey_agent_samples_total', outcome);
const waiting = () => countOf('drey_agent_samples_waiting');
const failures = () => countOf('drey_agent_batches_total', 'failed');

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  await waitUntil(isSo, { what, timeoutMs: 120_000, stepMs: 5 });
}

/** The values that PostgreSQL has, in the order of time. */
async function kept(): Promise<number[]> {
  const { rows } = await api.services.postgres.query<{ value: number }>('select value from metric_samples order by at');
  return rows.map(({ value }) => value);
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('the sender', () => {
  test('brings every sample once, in as many batches as it takes', async () => {
    const one = newSender({ batchMax: 100 });
    one.add(samples(0, 250));
    one.add(samples(250, 10));
    await until(async () => (await samplesOf('taken')) === 260, 'all samples to be taken');
    expect(await kept()).toEqual(numbers(0, 260));
    expect(await waiting()).toBe(0);
    expect(await countOf('drey_agent_batches_total', 'sent')).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['the API', () => api.halt(), () => api.resume()],
    ['PostgreSQL behind the API', () => server.halt(), () => server.resume()],
  ])('keeps what it has while %s is away, and brings it once when it is back', async (_, halt, resume) => {
    const one = newSender({ batchMax: 50 });
    one.add(samples(0, 20));
    await until(async () => (await waiting()) === 0, 'the first samples to be sent');
    await halt();
    one.add(samples(20, 200));
    await until(async () => (await failures()) >= 3, 'some attempts to fail');
    expect(await waiting()).toBe(200);
    await resume();
    await until(async () => (await waiting()) === 0, 'the samples to be sent');
    expect(await kept()).toEqual(numbers(0, 220));
  });

  test('full, lets the oldest go and counts them', async () => {
    await api.halt();
    const one = newSender({ samplesMax: 100, batchMax: 30 });
    for (let from = 0; from < 250; from += 25) one.add(samples(from, 25));
    expect(await waiting()).toBe(100);
    expect(await samplesOf('overflow')).toBe(150);
    await api.resume();
    await until(async () => (await waiting()) === 0, 'the samples to be sent');
    expect(await kept()).toEqual(numbers(150, 100));
  });

  test('an answer that was lost makes no sample twice', async () => {
    const send = samplesTo({ server: api.url, cluster: 'local', token: () => token });
    let lost = 2;
    const one = newSender({
      batchMax: 10,
      send: async (series, signal) => {
        const answer = await send(series, signal);
        if ((lost -= 1) >= 0) throw new Error('the connection broke');
        return answer;
      },
    });
    one.add(samples(0, 30));
    await until(async () => (await waiting()) === 0, 'the samples to be sent');
    expect(await kept()).toEqual(numbers(0, 30));
    expect(await samplesOf('repeated')).toBe(10);
    const { rows } = await api.services.postgres.query('select sum(count)::integer as count from metric_hours');
    expect(rows).toEqual([{ count: 30 }]);
  });

  test.each<[string, Partial<MetricSample>]>([
    ['an empty name', { vertex: 'v', vertexName: '' }],
    ['a NUL in its name', { vertex: 'v', vertexName: 'a\0b' }],
  ])('gives up the job that has a vertex with %s, and brings what it has of all others', async (_, odd) => {
    const { postgres } = api.services;
    for (const uid of ['odd', 'there'])
      await writeRecords(postgres, [{ kind: 'job', uid, seq: 1, job: jobView({ uid, name: uid }) }]);
    const one = newSender();
    one.add([...samples(0, 10), ...samples(10, 10, { uid: 'odd', ...odd }), ...samples(20, 10, { uid: 'there' })]);
    await until(async () => (await waiting()) === 0, 'the rest to be sent');
    expect(await kept()).toEqual([...numbers(0, 10), ...numbers(20, 10)]);
    expect([await samplesOf('taken'), await samplesOf('refused')]).toEqual([20, 10]);
  });

  test('brings each part of a divided batch once, also where the API goes away in the middle', async () => {
    const job = jobView({ uid: 'odd', name: 'odd' });
    await writeRecords(api.services.postgres, [{ kind: 'job', uid: 'odd', seq: 1, job }]);
    const send = samplesTo({ server: api.url, cluster: 'local', token: () => token });
    let asked = 0;
    const one = newSender({
      send: async (series, signal) => {
        asked += 1;
        if (asked === 3) throw new Error('the connection broke');
        return send(series, signal);
      },
    });
    one.add([...samples(0, 10, { uid: 'odd', vertex: 'v', vertexName: '' }), ...samples(10, 10)]);
    await until(async () => (await waiting()) === 0, 'the rest to be sent');
    expect(await kept()).toEqual(numbers(10, 10));
    expect(await Promise.all(['taken', 'repeated', 'refused'].map(samplesOf))).toEqual([10, 0, 10]);
    expect(asked).toBe(4);
  });

  test('asks an API that takes nothing not for each job', async () => {
    const problem = { type: 'about:blank', title: 'Invalid', status: 422, detail: '', code: 'INVALID_BODY' };
    let asked = 0;
    const one = newSender({
      send: async () => {
        asked += 1;
        throw new DreyApiError(problem);
      },
    });
    one.add(samples(0, 2_000).map((sample, index) => ({ ...sample, uid: `job-${index}` })));
    await until(async () => (await waiting()) === 0, 'all of it to be given up');
    expect(asked).toBeLessThan(100);
    expect(await samplesOf('refused')).toBe(2_000);
  });

  test('gives up a batch that the API will never take, and goes on with the next', async () => {
    const one = newSender({ batchMax: 10 });
    one.add([...samples(0, 10, { metric: 'no name' }), ...samples(10, 10)]);
    await until(async () => (await waiting()) === 0, 'the rest to be sent');
    expect(await kept()).toEqual(numbers(10, 10));
    expect(await samplesOf('refused')).toBe(10);
  });

  test('brings samples again that have overtaken the record of their job', async () => {
    const one = newSender({ unknownAgainMs: 5 });
    one.add(samples(0, 5, { uid: 'later' }));
    await until(async () => (await waiting()) === 0, 'the samples to be brought');
    expect([await kept(), await samplesOf('refused')]).toEqual([[], 0]);
    const job = jobView({ uid: 'later' });
    await writeRecords(api.services.postgres, [{ kind: 'job', uid: 'later', seq: 1, job }]);
    const areKept = async () => {
      // As each reading does.
      one.add([]);
      return (await kept()).length === 5;
    };
    await until(areKept, 'them to be brought again');
    expect([await kept(), await samplesOf('refused')]).toEqual([numbers(0, 5), 0]);
  });

  test('sends less at once where the API says that it is too much', async () => {
    const one = newSender({ batchMax: 12_000 });
    one.add(Array.from({ length: 12_000 }, (_, index) => samples(index, 1, { vertex: `v${index % 5_000}` })).flat());
    await until(async () => (await waiting()) === 0, 'the samples to be sent');
    expect(await kept()).toHaveLength(12_000);
    expect(await samplesOf('refused')).toBe(0);
  });

  test('waits with its samples until its token is good, which it reads anew each time', async () => {
    const good = token;
    token = 'not-known';
    const one = newSender();
    one.add(samples(0, 5));
    await until(async () => (await failures()) >= 2, 'some attempts to fail');
    token = good;
    await until(async () => (await waiting()) === 0, 'the samples to be sent');
    expect(await kept()).toEqual(numbers(0, 5));
  });

  test('never throws, whatever it is given or its connection does', async () => {
    const one = newSender({
      send: () => {
        throw new TypeError('no');
      },
    });
    one.add([...samples(0, 1, { value: Number.NaN }), ...samples(1, 1, { value: Infinity }), ...samples(2, 1)]);
    expect(await samplesOf('unusable')).toBe(2);
    await until(async () => (await failures()) >= 2, 'some attempts to fail');
    expect(await waiting()).toBe(1);
    await expect(one.stop()).resolves.toBeUndefined();
  });

  test('sends what is left when the process ends, and ends while the API is away', async () => {
    const one = newSender({ everyMs: 3_600_000 });
    one.add(samples(0, 5));
    await one.stop();
    expect(await kept()).toEqual(numbers(0, 5));
    await api.halt();
    const other = newSender({ everyMs: 3_600_000 });
    other.add(samples(5, 5));
    await other.stop();
    expect(await failures()).toBe(1);
    await api.resume();
  });
});

describe('the buffer', () => {
  test('holds no more than it may through any number of samples, and gives the newest', () => {
    const buffer = new SampleBuffer(1_000);
    const lost = samples(0, 50_000).filter((sample) => !buffer.add(sample)).length;
    expect(lost).toBe(49_000);
    expect(buffer.size).toBe(1_000);
    expect(buffer.oldest(2).samples.map(({ value }) => value)).toEqual([49_000, 49_001]);
  });

  test('lets go of what was sent, even when some of it was dropped in between', () => {
    const buffer = new SampleBuffer(10);
    for (const sample of samples(0, 10)) buffer.add(sample);
    const { end } = buffer.oldest(4);
    for (const sample of samples(10, 3)) buffer.add(sample);
    buffer.forgetUntil(end);
    expect(buffer.oldest(20).samples.map(({ value }) => value)).toEqual(numbers(4, 9));
    buffer.forgetUntil(end);
    expect(buffer.size).toBe(9);
  });
});
