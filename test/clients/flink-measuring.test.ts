/** Reading what a running job measures, on answers of real clusters of both version lines. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { connectFlink } from '../../clients/flink/connect.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { readFlinkCluster } from '../../clients/flink/read-cluster.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { isIdle, isWhole } from '../../core/metrics/job-reading.ts';
import {
  measuredJobId,
  recordedMeasuring,
  serveRecorded,
  type Recorded,
  type RecordedFlink,
} from '../support/flink-answers.ts';

let server: RecordedFlink | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const source = 'e5a72f353fc1e6bbf3bd96a41384998c';
const ledger = 'c813a8a9e8f9c0aa40c67f3aee4d5b3c';

async function readerOf(exchanges: readonly Recorded[]) {
  const serving = await serveRecorded(exchanges);
  server = serving;
  const flink = connectFlink(directTransport(serving.url));
  const reader = new JobReader(flink, measuredJobId);
  return { serving, reader, read: async () => reader.read(await readFlinkCluster(flink)) };
}

/** The same exchanges, with another answer of those whose request matches. */
function answering(exchanges: readonly Recorded[], request: RegExp, change: (response: never) => unknown): Recorded[] {
  return exchanges.map((one) =>
    request.test(one.request) ? { ...one, response: change(one.response as never) } : one,
  );
}

describe.each(['1.20', '2.3'] as const)('a job on Flink %s', (version) => {
  const later = recordedMeasuring(version, 'later');

  test('is read with its graph, and with what a decision about it rests on', async () => {
    const reading = await (await readerOf(later)).read();
    expect(reading?.job).toEqual({
      id: measuredJobId,
      name: 'ledger',
      state: 'RUNNING',
      runningSinceMs: expect.any(Number),
      restarts: 0,
      checkpoint: expect.objectContaining({ failing: expect.any(Boolean) }),
      vertices: [
        {
          id: source,
          name: 'Source: source',
          parallelism: 2,
          maxParallelism: 128,
          inputs: [],
          slotSharingGroup: expect.any(String),
        },
        {
          id: ledger,
          name: 'ledger -> gate -> sink: Writer',
          parallelism: 2,
          maxParallelism: 128,
          inputs: [{ id: source, shipStrategy: 'HASH' }],
          slotSharingGroup: expect.any(String),
        },
      ],
    });
    expect(reading?.sample).toMatchObject({
      runningSinceMs: reading?.job.runningSinceMs,
      slotsTotal: 2,
      slotsAvailable: 0,
    });
    expect(reading && isWhole(reading)).toBe(true);
    expect(reading && isIdle(reading)).toBe(false);
  });

  test('is read with each vertex: its sink is busy, its source waits for it, and the backlog is known', async () => {
    const reading = await (await readerOf(later)).read();
    const { [source]: from, [ledger]: to } = reading?.sample.vertices ?? {};
    expect(from).toMatchObject({ complete: true, recordsIn: 0, sourceRecordsIn: 0, sourceRecordsInPerSecond: 0 });
    expect(from?.recordsOut).toBeGreaterThan(10_000);
    expect(from?.sourceRecordsOut).toBe(from?.recordsOut);
    expect(from?.pendingRecords).toBeGreaterThan(50_000);
    expect(from?.backPressuredMsPerSecond?.avg).toBeGreaterThan(800);
    expect(to?.busyMsPerSecond).toMatchObject({
      min: expect.any(Number),
      avg: expect.any(Number),
      sum: expect.any(Number),
    });
    expect(to?.busyMsPerSecond?.max).toBeGreaterThan(990);
    expect(to?.recordsInPerSecond).toBeGreaterThan(10);
    expect(to?.accumulatedBusyMs).toBeGreaterThan(10_000);
    expect(to).not.toHaveProperty('pendingRecords');
    expect(to).not.toHaveProperty('sourceRecordsIn');
  });

  test('is read with its Flink cluster’s memory', async () => {
    const reading = await (await readerOf(later)).read();
    const { taskManagers } = reading?.sample ?? {};
    expect(taskManagers).toMatchObject({
      count: 1,
      managedUsedBytes: { max: 0 },
      managedMaxBytes: { max: 241_591_914 },
    });
    expect(Number(taskManagers?.heapUsedBytes?.max)).toBeLessThan(Number(taskManagers?.heapMaxBytes?.max));
    expect(Number(taskManagers?.metaspaceUsedBytes?.max)).toBeLessThan(Number(taskManagers?.metaspaceMaxBytes?.max));
    expect(taskManagers?.gcMsPerSecond?.max).toBeGreaterThan(0);
  });

  test('has no values yet where Flink has not fetched them: nothing is taken for zero', async () => {
    const reading = await (await readerOf(recordedMeasuring(version, 'first'))).read();
    expect(reading?.sample.taskManagers).toEqual({ count: 1 });
    expect(reading?.sample.vertices[ledger]).toMatchObject({ complete: false });
    expect(reading?.checkpoints).toMatchObject({ completed: 0 });
    expect(reading?.checkpoints).not.toHaveProperty('newest');
    expect(reading?.job.checkpoint).not.toHaveProperty('durationMs');
    expect(reading && isWhole(reading)).toBe(false);
  });

  test('takes one request for each vertex and five more, and the names of a source’s metrics only once', async () => {
    const { serving, read } = await readerOf(later);
    await read();
    expect(serving.asked).toHaveLength(2 + 5 + 1);
    await read();
    const second = serving.asked.slice(8).map(({ request }) => request);
    expect(second).toHaveLength(2 + 5);
    expect(second.filter((request) => request.endsWith('/subtasks/metrics'))).toEqual([]);
  });

  test('is asked for the names again as long as there are none', async () => {
    const { serving, read } = await readerOf(answering(later, /subtasks\/metrics$/, () => []));
    await read();
    await read();
    const asked = serving.asked.filter(({ request }) => request.endsWith('/subtasks/metrics'));
    expect(asked).toHaveLength(2);
  });

  test('is read from a Flink that tells only what the Apache operator asks for', async () => {
    const exchanges = later.filter(({ request }) => !/\/checkpoints|\/jobs\/\w+\/metrics/.test(request));
    const reading = await (await readerOf(exchanges)).read();
    expect(reading?.job).not.toHaveProperty('restarts');
    expect(reading?.job).not.toHaveProperty('checkpoint');
    expect(reading).not.toHaveProperty('checkpoints');
    expect(reading && isWhole(reading)).toBe(true);
  });

  test('of which only the graph is told has no value at all', async () => {
    const reading = await (await readerOf(later.filter(({ request }) => request.endsWith(measuredJobId)))).read();
    expect(reading?.sample.vertices[ledger]).not.toHaveProperty('busyMsPerSecond');
    expect(reading?.sample.taskManagers).toEqual({});
    expect(reading?.sample).not.toHaveProperty('slotsTotal');
    expect(reading && isWhole(reading)).toBe(false);
  });

  test('is not said to run while some of its tasks do not', async () => {
    const detail = new RegExp(`${measuredJobId}$`);
    const exchanges = answering(later, detail, (job: { vertices: { tasks: object }[] }) => ({
      ...job,
      vertices: job.vertices.map((vertex) => ({ ...vertex, tasks: { ...vertex.tasks, RUNNING: 1, DEPLOYING: 1 } })),
    }));
    expect((await (await readerOf(exchanges)).read())?.job.state).toBe('CREATED');
  });

  test('has a vertex that has finished, which is not asked', async () => {
    const detail = new RegExp(`${measuredJobId}$`);
    const exchanges = answering(later, detail, (job: { vertices: object[] }) => ({
      ...job,
      vertices: job.vertices.map((vertex, index) => (index === 0 ? { ...vertex, status: 'FINISHED' } : vertex)),
    }));
    const { serving, read } = await readerOf(exchanges);
    const reading = await read();
    expect(reading?.job.vertices.map(({ finished }) => finished)).toEqual([true, undefined]);
    expect(serving.asked.filter(({ request }) => request.includes(source))).toEqual([]);
    expect(reading && isWhole(reading)).toBe(true);
  });

  test('whose plan is not known is not read: every vertex would look like a source', async () => {
    const detail = new RegExp(`${measuredJobId}$`);
    const exchanges = answering(later, detail, (job: object) => ({ ...job, plan: undefined }));
    expect(await (await readerOf(exchanges)).read()).toBeUndefined();
  });

  test('keeps what is no number apart from what is', async () => {
    const exchanges = answering(later, new RegExp(`${ledger}/subtasks`), (metrics: object[]) =>
      metrics.map((metric) => ({ ...metric, max: 'NaN', sum: 'Infinity' })),
    );
    const { [ledger]: vertex } = (await (await readerOf(exchanges)).read())?.sample.vertices ?? {};
    expect(vertex).toMatchObject({ busyMsPerSecond: { max: 'NaN' }, recordsInPerSecond: 'Infinity' });
  });
});

test('a job that Flink does not know is not read', async () => {
  expect(await (await readerOf([])).reader.read({})).toBeUndefined();
});

test('a JobManager that is gone is told from one that has nothing to say', async () => {
  const { serving, reader } = await readerOf([]);
  await serving.stop();
  server = undefined;
  await expect(reader.read({})).rejects.toThrow(FlinkUnreachable);
});
