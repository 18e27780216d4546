/** What an observer remembers of what a JobManager does not tell. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FlinkLook } from '../../activities/observe/flink-look.ts';
import { WatchedJob } from '../../activities/observe/watched-job.ts';
import { digestOf } from '../../core/observation/digest.ts';
import { findingOf } from '../../core/recovery/table.ts';
import { someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2);
const shallow: FlinkLook = { state: 'RUNNING', tasks: { running: 2, total: 2 }, startedAtMs: 1, requests: 1 };
const whole: FlinkLook = { ...shallow, failuresAtMs: [], requests: 4 };
const partly: FlinkLook = { ...shallow, untold: { what: ['checkpoints'], why: 'no answer' }, requests: 4 };
const nothingElse = { pods: [], missing: [], changed: [], lostNodes: new Map() };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function seen(job: WatchedJob) {
  const observation = job.observation({ attemptMs: 1, seq: 1, elapsedMs: 0 }, nothingElse);
  if (!observation) throw new Error('it was not looked at');
  return observation;
}

/** It is looked at each 10 s for so long. @returns what was found each time that what matters became another thing. */
function findings(job: WatchedJob, look: FlinkLook, forMs: number): (string | undefined)[] {
  const told: { digest: string; reason: string | undefined }[] = [];
  for (let atMs = 0; atMs < forMs; atMs += 10_000) {
    job.saw(look, generation);
    const observation = seen(job);
    const finding = findingOf({ observation, spec: generation.spec });
    const digest = digestOf(observation, finding);
    if (told.at(-1)?.digest !== digest) told.push({ digest, reason: finding?.reason });
    jest.advanceTimersByTime(10_000);
  }
  return told.map(({ reason }) => reason);
}

describe('a job of whose checkpoints Flink does not tell', () => {
  test('is told of once, when that has lasted, and when Flink tells of them again', () => {
    const job = new WatchedJob(generation);
    expect(findings(job, whole, 60_000)).toEqual([undefined]);
    expect(findings(job, partly, 290_000)).toEqual([undefined]);
    expect(findings(job, partly, 3_600_000)).toEqual([undefined, 'HEALTH_UNKNOWN']);
    expect(findings(job, whole, 60_000)).toEqual([undefined]);
  });

  test('counts from when that began, whatever a look says that did not ask for them', () => {
    const job = new WatchedJob(generation);
    job.saw(partly, generation);
    const { sinceMs } = seen(job).untold ?? {};
    expect(sinceMs).toBe(Date.now());
    jest.advanceTimersByTime(20_000);
    job.saw(shallow, generation);
    job.saw({ ...partly, untold: { what: ['failures'], why: '500' } }, generation);
    expect(seen(job).untold).toEqual({ what: ['failures'], why: '500', sinceMs });
  });

  test('is asked for them again at the next look, and once told as seldom as any', () => {
    const job = new WatchedJob(generation);
    const isAsked = (look: FlinkLook) => (job.saw(look, generation), job.isDeep('RUNNING', true));
    expect([partly, shallow, partly].map(isAsked)).toEqual([true, true, true]);
    expect(isAsked(whole)).toBe(false);
  });

  test('has another submission, of which nothing is known yet', () => {
    const job = new WatchedJob(generation);
    job.saw(partly, generation);
    const next = { ...generation, submission: 2 };
    job.isNow(next);
    job.saw(shallow, next);
    expect(seen(job).untold).toBeUndefined();
  });
});
