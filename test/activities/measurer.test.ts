/** Measuring many jobs, on answers of a real Flink cluster: at a pace, and never more than is allowed. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Measurer, type MeasuringPorts } from '../../activities/observe/measurer.ts';
import { pacedFlink } from '../../activities/observe/paced-flink.ts';
import { RequestLine, turnIn } from '../../activities/observe/request-line.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import type { Generation } from '../../core/generation.ts';
import type { JobReading } from '../../core/metrics/job-reading.ts';
import { measuringPerJobManager } from '../../core/metrics/measuring-pace.ts';
import { flinkJobId } from '../../core/names.ts';
import type { BucketLimits } from '../../core/observation/token-bucket.ts';
import {
  measuredJobId,
  recordedMeasuring,
  serveAnswers,
  serveRecorded,
  type RecordedFlink,
} from '../support/flink-answers.ts';
import { generation } from '../support/generation-fixture.ts';

const plenty: BucketLimits = { perSecond: 1_000, burst: 1_000 };

let server: RecordedFlink;
let taken: { readonly uid: string; readonly reading: JobReading }[];
let outcomes: string[];
let failures: unknown[];

beforeEach(async () => {
  const jobs = Array.from({ length: 30 }, (_, index) => job(index));
  const exchanges = jobs.flatMap(({ identity, submission }) =>
    recordedMeasuring('2.3', 'later').map((one) => ({
      ...one,
      request: one.request.replace(measuredJobId, flinkJobId(identity, submission)),
    })),
  );
  server = await serveRecorded(exchanges);
  taken = [];
  outcomes = [];
  failures = [];
});
afterEach(() => server.stop());

function job(index: number, more: Partial<Generation> = {}): Generation {
  const one = generation();
  return { ...one, identity: { ...one.identity, uid: `uid${index}` }, ...more };
}

interface Made {
  readonly line?: RequestLine;
  readonly url?: string;
  readonly more?: Partial<MeasuringPorts>;
  readonly decide?: MeasuringPorts['take'];
}

function measurer(made: Made = {}): Measurer {
  const { line = new RequestLine(plenty), url = server.url, more = {}, decide = () => undefined } = made;
  // What is under way when a test ends tells the next one nothing.
  const [ownTaken, ownOutcomes, ownFailures] = [taken, outcomes, failures];
  const ports: MeasuringPorts = {
    ...unasked,
    flink: () => connectFlink(directTransport(url)),
    line,
    take: ({ identity: { uid } }, reading) => void ownTaken.push({ uid, reading }),
    asked: (outcome) => void ownOutcomes.push(outcome),
    failed: (error) => void ownFailures.push(error),
    ...more,
  };
  return new Measurer(ports, decide);
}

function noRoom(): void {
  throw new Error('no room');
}

/** Everything is wanted, and nothing besides. */
const unasked = {
  isWanted: () => true,
  atLeastEveryMs: () => undefined,
  custom: async () => undefined,
};

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !what(); tries += 1) await pause(10);
  expect(what()).toBe(true);
}

describe('a job that runs', () => {
  test('is measured, and not again before it is due', async () => {
    const measuring = measurer();
    measuring.tick([job(0)]);
    measuring.tick([job(0)]);
    await until(() => taken.length > 0);
    measuring.tick([job(0)]);
    await pause(50);
    expect(taken).toMatchObject([{ uid: 'uid0', reading: { job: { name: 'ledger' } } }]);
    const { slotsTotal: total, slotsAvailable: free } = taken[0]?.reading.sample ?? {};
    expect(total).toBeGreaterThan(0);
    expect(measuring.slots(job(0))).toEqual({ total, free });
    expect(measuring.slots(job(1))).toBeUndefined();
    expect(outcomes).toEqual(Array.from({ length: server.asked.length }, () => 'answered'));
    expect(failures).toEqual([]);
  });

  test('is measured by what Flink gathers when it is asked, and not by what it had gathered for somebody before', async () => {
    const id = flinkJobId(job(0).identity, job(0).submission);
    const [before, now] = (['first', 'later'] as const).map((when) =>
      recordedMeasuring('2.3', when).map((one) => ({ ...one, request: one.request.replace(measuredJobId, id) })),
    );
    let gathered = before;
    const lazy = await serveAnswers((line) => {
      const answer = gathered?.find(({ request }) => request === line);
      if (line.includes('metrics')) setTimeout(() => (gathered = now), 50);
      return answer;
    });
    const measuring = measurer({ url: lazy.url });
    measuring.tick([job(0)]);
    await until(() => taken.length > 0);
    await lazy.stop();
    const whole = await new JobReader(connectFlink(directTransport(server.url)), id).read({});
    expect(taken[0]?.reading.sample.vertices).toEqual(whole?.sample.vertices);
  });

  test('is measured at once when it was submitted anew', async () => {
    const measuring = measurer();
    measuring.tick([job(0)]);
    await until(() => taken.length === 1);
    const before = server.asked.length;
    measuring.tick([job(0, { submission: job(0).submission + 1 })]);
    await until(() => server.asked.length > before);
    const anew = flinkJobId(job(0).identity, job(0).submission + 1);
    await until(() => server.asked.some(({ request }) => request === `GET /jobs/${anew}`));
    expect(taken).toHaveLength(1);
  });

  test('is left alone while it is a candidate', async () => {
    measurer().tick([job(0, { candidate: true })]);
    await pause(50);
    expect(server.asked).toEqual([]);
  });

  test('is not measured where nobody wants to know', async () => {
    measurer({ more: { isWanted: ({ identity }) => identity.uid !== 'uid0' } }).tick([job(0), job(1)]);
    await until(() => taken.length > 0);
    expect(taken).toMatchObject([{ uid: 'uid1' }]);
  });

  test('is read with what its autoscaler wants besides, and both are decided on', async () => {
    const decided: JobReading[] = [];
    const measuring = measurer({
      more: { custom: async (_generation, _flink, { vertices }) => ({ vertices: vertices.length }) },
      decide: (_generation, reading) => void decided.push(reading),
    });
    measuring.tick([job(0)]);
    await until(() => decided.length > 0);
    expect(decided).toMatchObject([{ sample: { custom: { vertices: decided[0]?.job.vertices.length } } }]);
    expect(taken[0]?.reading).toEqual(decided[0]);
  });

  test('is decided on with its newest revision', async () => {
    const revisions: number[] = [];
    const measuring = measurer({
      more: { atLeastEveryMs: () => 1 },
      decide: ({ revision }) => void revisions.push(revision),
    });
    measuring.tick([job(0, { revision: 1 })]);
    await until(() => revisions.length === 1);
    await until(() => {
      measuring.tick([job(0, { revision: 2 })]);
      return revisions.length > 1;
    });
    expect(revisions.slice(0, 2)).toEqual([1, 2]);
  });

  test('whose JobManager is silent keeps nobody up, and nothing is made up for it', async () => {
    const measuring = measurer({ url: 'http://127.0.0.1:9' });
    measuring.tick([job(0)]);
    await until(() => outcomes.length > 0);
    await pause(20);
    expect(outcomes).toEqual(['silent']);
    expect(taken).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('whose taker fails is said, and measured again when it is due', async () => {
    const broken = measurer({ more: { take: noRoom } });
    broken.tick([job(0)]);
    await until(() => failures.length > 0);
    expect(failures).toEqual([new Error('no room')]);
  });
});

describe('whether a job stands still', () => {
  const heldUp = { id: 'backPressuredTimeMsPerSecond', avg: 1_000 };
  const isAsked = (value: unknown) => (value as { id?: string }).id === heldUp.id;

  test('is known from its first reading on, for the submission that was read', async () => {
    const exchanges = recordedMeasuring('2.3', 'later').map(({ response, ...one }) => ({
      ...one,
      request: one.request.replace(measuredJobId, flinkJobId(job(0).identity, job(0).submission)),
      response: Array.isArray(response) ? response.map((value) => (isAsked(value) ? heldUp : value)) : response,
    }));
    const blocked = await serveRecorded(exchanges);
    try {
      const measuring = measurer({ url: blocked.url });
      expect(measuring.standstill(job(0))).toBeUndefined();
      measuring.tick([job(0)]);
      await until(() => taken.length > 0);
      expect(measuring.standstill(job(0))).toMatchObject({ windowMs: 0, recordsOut: 0, backpressure: 1 });
      expect(measuring.standstill(job(0, { submission: job(0).submission + 1 }))).toBeUndefined();
    } finally {
      await blocked.stop();
    }
  });

  test('is not said of one that only cannot keep up', async () => {
    const measuring = measurer();
    measuring.tick([job(0)]);
    await until(() => taken.length > 0);
    expect(measuring.standstill(job(0))).toBeUndefined();
  });
});

describe('many jobs', () => {
  const jobs = Array.from({ length: 30 }, (_, index) => job(index));

  test('are asked no more often than all together may be, and each has its turn', async () => {
    const limits = { perSecond: 100, burst: 20 };
    const measuring = measurer({ line: new RequestLine(limits) });
    const beganAt = performance.now();
    while (new Set(taken.map(({ uid }) => uid)).size < jobs.length) {
      measuring.tick(jobs);
      await pause(10);
      const seconds = (performance.now() - beganAt) / 1000;
      expect(server.asked.length).toBeLessThanOrEqual(limits.burst + Math.ceil(seconds * limits.perSecond) + 1);
      expect(seconds).toBeLessThan(30);
    }
  });

  test('do not all begin at once: who would only wait in line stays out of it', async () => {
    const line = new RequestLine({ perSecond: 1, burst: 5 });
    measurer({ line }).tick(jobs);
    // Five jobs have begun, and each has a place for its second request at most: the other 25 have none.
    await until(() => server.asked.length >= 5);
    expect(line.place()).toBeLessThan(8_000);
  });
});

test('one JobManager is asked so many times a second, however much there is to ask', async () => {
  const line = new RequestLine(measuringPerJobManager);
  const flink = pacedFlink(connectFlink(directTransport(server.url)), {
    turn: () => turnIn(line),
    asked: (outcome) => void outcomes.push(outcome),
  });
  const { burst, perSecond } = measuringPerJobManager;
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: burst + 2 }, () => flink.jobManagerMetrics(['none']).catch(() => undefined)));
  // Two more than may be asked at once: the second of them waits for two turns.
  expect(performance.now() - beganAt).toBeGreaterThan((1.8 / perSecond) * 1000);
  expect(outcomes).toHaveLength(burst + 2);
});
