/** What an observer remembers of a job, while the time of day is set anew under it. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FlinkLook } from '../../activities/observe/flink-look.ts';
import { WatchedJob } from '../../activities/observe/watched-job.ts';
import { soForMs } from '../../core/observation/reading.ts';
import { parseDurationMs } from '../../core/spec/duration.ts';
import { found } from '../support/findings.ts';
import { someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2);
const up: FlinkLook = { state: 'RUNNING', tasks: { running: 2, total: 2 }, requests: 1 };
const silent: FlinkLook = { state: 'silent', silence: 'refused', requests: 1 };

let job: WatchedJob;
beforeEach(() => {
  jest.useFakeTimers();
  job = new WatchedJob(generation);
});
afterEach(() => void jest.useRealTimers());

function observed() {
  const order = { attemptMs: 1, seq: 1, elapsedMs: 0 };
  const seen = job.observation(order, { pods: [], missing: [], changed: [], lostNodes: new Map() });
  if (!seen) throw new Error('it was not looked at');
  return seen;
}

describe.each([
  ['an hour ahead', 3_600_000],
  ['three minutes ahead', 180_000],
  ['an hour back', -3_600_000],
])('a clock that is set %s', (_title, byMs) => {
  const set = () => jest.setSystemTime(Date.now() + byMs);

  test('makes the JobManager no longer or shorter silent: it is lost when its time is over', () => {
    const limitMs = parseDurationMs(generation.spec.spec.deadlines.jobManager);
    job.saw(silent, generation);
    jest.advanceTimersByTime(limitMs / 2);
    set();
    expect(soForMs(observed())).toBe(limitMs / 2);
    jest.advanceTimersByTime(limitMs / 2 - 1_000);
    expect(found(observed())?.reason).not.toBe('JOB_MANAGER_LOST');
    jest.advanceTimersByTime(1_000);
    expect(found(observed())?.reason).toBe('JOB_MANAGER_LOST');
  });

  test('counts a submission that came after it as any other', () => {
    job.saw(silent, generation);
    set();
    const next = { ...generation, submission: generation.submission + 1 };
    job.isNow(next);
    jest.advanceTimersByTime(5_000);
    job.saw(up, next);
    jest.advanceTimersByTime(7_000);
    expect(soForMs(observed())).toBe(7_000);
  });

  test('moves all times of its own alike: when the job came up, and when Flink told of checkpoints', () => {
    job.saw(silent, generation);
    jest.advanceTimersByTime(10_000);
    job.saw(up, generation);
    jest.advanceTimersByTime(20_000);
    job.saw({ ...up, checkpoints: { readAtMs: Date.now(), failures: 0 } }, generation);
    set();
    jest.advanceTimersByTime(30_000);
    const { seenAt, job: seen, checkpoints } = observed();
    expect(Date.parse(seenAt)).toBe(Date.now());
    expect([seen.sinceMs, seen.cameUpAtMs]).toEqual([Date.now() - 50_000, Date.now() - 50_000]);
    expect(checkpoints?.readAtMs).toBe(Date.now() - 30_000);
  });
});
