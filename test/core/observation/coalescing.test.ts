import { describe, expect, test } from '@jest/globals';
import {
  nextSignals,
  offered,
  signalEveryMs,
  signalsInAll,
  told,
  unheard,
  unheardEveryMs,
  unsent,
  type JobSignals,
  type WaitingSignal,
} from '../../../core/observation/coalescing.ts';
import { fullBucket } from '../../../core/observation/token-bucket.ts';
import { observation } from '../../support/observation-fixture.ts';

const second = 1000;

const offer = (seq: number, digest: string, isUrgent = false) => {
  return { observation: observation({ order: { attemptMs: 1, seq, elapsedMs: 0 } }), digest, isUrgent };
};
const waiting = (seq: number, digest: string, change: Partial<WaitingSignal> = {}): WaitingSignal => {
  return { ...offer(seq, digest), sinceMs: 0, ...change };
};

describe('an observation that is offered', () => {
  test.each<[string, JobSignals, ReturnType<typeof offer>, JobSignals]>([
    ['waits where nobody was told anything', {}, offer(1, 'a'), { waiting: waiting(1, 'a', { sinceMs: 5 }) }],
    ['does not wait where it is what was told', { toldDigest: 'a' }, offer(2, 'a'), { toldDigest: 'a' }],
    [
      'takes the place of an older one, and keeps its time',
      { toldDigest: 'a', waiting: waiting(2, 'b') },
      offer(3, 'c'),
      { toldDigest: 'a', waiting: waiting(3, 'c') },
    ],
    [
      'clears an older one when all is as it was told',
      { toldDigest: 'a', waiting: waiting(2, 'b') },
      offer(3, 'a'),
      { toldDigest: 'a' },
    ],
    ['changes nothing where it is older', { waiting: waiting(3, 'c') }, offer(2, 'b'), { waiting: waiting(3, 'c') }],
  ])('%s', (_title, job, one, expected) => expect(offered(job, one, 5)).toEqual(expected));
});

describe('what was told', () => {
  test.each<[string, JobSignals, JobSignals]>([
    ['waits no more', { waiting: waiting(1, 'a') }, { toldDigest: 'a', toldAtMs: 7 }],
    [
      'leaves what was offered meanwhile',
      { waiting: waiting(2, 'b') },
      { toldDigest: 'a', toldAtMs: 7, waiting: waiting(2, 'b', { sinceMs: 7 }) },
    ],
    ['clears what says the same', { waiting: waiting(2, 'a') }, { toldDigest: 'a', toldAtMs: 7 }],
  ])('%s', (_title, job, expected) => expect(told(job, waiting(1, 'a'), 7)).toEqual(expected));
});

const choose = (jobs: Record<string, JobSignals>, nowMs: number, tokens = 10) =>
  nextSignals(new Map(Object.entries(jobs)), { tokens, atMs: nowMs }, nowMs);

describe('what no workflow has heard', () => {
  const job = unheard({ waiting: waiting(1, 'a', { isUrgent: true }) }, waiting(1, 'a'), 7);

  test.each<[string, Record<string, JobSignals>, number, { now: string[]; waitMs?: number }]>([
    ['waits, urgent or not', { a: job }, 7 + unheardEveryMs - 1, { now: [], waitMs: 1 }],
    ['is sent again', { a: job }, 7 + unheardEveryMs, { now: ['a'] }],
    [
      'goes after what was never sent',
      { a: job, b: { waiting: waiting(1, 'b', { sinceMs: 99 }) } },
      7 + unheardEveryMs,
      { now: ['b', 'a'] },
    ],
    ['does not keep back what is new of the job', { a: offered(job, offer(2, 'b', true), 9) }, 9, { now: ['a'] }],
  ])('%s', (_title, jobs, nowMs, expected) => {
    const { now, waitMs } = choose(jobs, nowMs);
    expect({ now, ...(waitMs !== undefined && { waitMs }) }).toEqual(expected);
  });

  test('waits no more once one has heard it', () =>
    expect(told(job, waiting(1, 'a'), 8)).toEqual({ toldDigest: 'a', toldAtMs: 8 }));
});

const toldAt = (toldAtMs: number, one: WaitingSignal): JobSignals => ({ toldDigest: 'x', toldAtMs, waiting: one });

describe('what could not be sent', () => {
  const urgent = { waiting: waiting(1, 'a', { isUrgent: true }) };
  /** Tried whenever it is due, for so long. */
  const triesWithin = (spanMs: number) => {
    let job: JobSignals = urgent;
    let tries = 0;
    for (let nowMs = 0; nowMs < spanMs; nowMs += 200) {
      if (choose({ job }, nowMs).now.length === 0) continue;
      tries += 1;
      job = unsent(job, nowMs);
    }
    return tries;
  };

  test('is tried again soon, and then ever more seldom', () => {
    expect([1, 10, 60, 300].map((seconds) => triesWithin(seconds * second))).toEqual([1, 4, 14, 62]);
  });

  test('waits on, and comes with what is newer', () => {
    const job = offered(unsent(urgent, 0), offer(2, 'b', true), 100);
    expect(choose({ job }, 500)).toMatchObject({ now: [], waitMs: 500 });
    expect(choose({ job }, second).now).toEqual(['job']);
  });

  test.each<[string, (job: JobSignals) => JobSignals]>([
    ['was heard', (job) => told(job, waiting(1, 'a'), 7)],
    ['reached Temporal, though no workflow heard it', (job) => unheard(job, waiting(1, 'a'), 7)],
  ])('is forgotten once it %s', (_title, then) => expect(then(unsent(urgent, 0)).unsent).toBeUndefined());
});

describe('of the jobs that wait', () => {
  test.each<[string, Record<string, JobSignals>, number, { now: string[]; waitMs?: number }]>([
    ['none is chosen where none waits', { a: {}, b: { toldDigest: 'x' } }, 0, { now: [] }],
    ['one that was never told is told at once', { a: { waiting: waiting(1, 'a') } }, 0, { now: ['a'] }],
    [
      'one that was just told waits',
      { a: toldAt(0, waiting(1, 'a')) },
      4 * second,
      { now: [], waitMs: signalEveryMs - 4 * second },
    ],
    ['one that was told long ago does not', { a: toldAt(0, waiting(1, 'a')) }, signalEveryMs, { now: ['a'] }],
    ['one that is urgent does not', { a: toldAt(0, waiting(1, 'a', { isUrgent: true })) }, 1, { now: ['a'] }],
    [
      'the urgent ones go first, then those that waited longest',
      {
        a: { waiting: waiting(1, 'a', { sinceMs: 3 }) },
        b: { waiting: waiting(1, 'b', { sinceMs: 1 }) },
        c: { waiting: waiting(1, 'c', { sinceMs: 5, isUrgent: true }) },
      },
      9,
      { now: ['c', 'b', 'a'] },
    ],
  ])('%s', (_title, jobs, nowMs, expected) => {
    const { now, waitMs } = choose(jobs, nowMs);
    expect({ now, ...(waitMs !== undefined && { waitMs }) }).toEqual(expected);
  });

  test('no more go than the bucket gives, and it says when the next one may', () => {
    const jobs = { a: { waiting: waiting(1, 'a') }, b: { waiting: waiting(1, 'b', { sinceMs: 1 }) } };
    expect(choose(jobs, 0, 1)).toMatchObject({ now: ['a'], waitMs: second / signalsInAll.perSecond });
  });
});

test('what a thousand jobs have to tell at once is told once each, within a minute, the urgent ones first', () => {
  const jobs = new Map<string, JobSignals>();
  for (let at = 0; at < 1000; at += 1) jobs.set(`job-${at}`, offered({}, offer(1, 'down', at % 10 === 0), 0));
  let bucket = fullBucket(signalsInAll, 0);
  let nowMs = 0;
  const order: string[] = [];
  for (let rounds = 0; rounds < 10_000; rounds += 1) {
    const next = nextSignals(jobs, bucket, nowMs);
    ({ bucket } = next);
    for (const key of next.now) {
      const { waiting: sent } = jobs.get(key) ?? {};
      if (sent) jobs.set(key, told(jobs.get(key) ?? {}, sent, nowMs));
      order.push(key);
      // It changes again while the others are told: the newest counts, and it waits for its turn.
      jobs.set(key, offered(jobs.get(key) ?? {}, offer(2, 'down'), nowMs));
    }
    if (next.waitMs === undefined) break;
    nowMs += next.waitMs;
  }
  expect(order).toHaveLength(1000);
  expect(new Set(order).size).toBe(1000);
  expect(order.slice(0, 100).every((key) => key.endsWith('0'))).toBe(true);
  expect(nowMs).toBeLessThanOrEqual(60 * second);
});
