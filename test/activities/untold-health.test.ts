/** What an observer remembers of what a JobManager does not tell. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FlinkLook } from '../../activities/observe/flink-look.ts';
import { WatchedJob } from '../../activities/observe/watched-job.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { labels } from '../../core/names.ts';
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

const order = { attemptMs: 1, seq: 1, elapsedMs: 0 };

function seen(job: WatchedJob) {
  const observation = job.observation(order, nothingElse);
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

/** A pod of a JobManager that is well. */
const pod = {
  metadata: { name: 'jm-0', uid: 'p', labels: { [labels.component]: 'jobmanager' } },
  spec: { initContainers: [], containers: [] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: mainContainerName, image: 'flink', ready: true, restartCount: 0 }],
  },
};
const silent: FlinkLook = { state: 'silent', silence: 'no answer', requests: 1 };

const isTold = (job: WatchedJob, others: object = {}) =>
  job.observation(order, { ...nothingElse, pods: [pod], ...others }) !== undefined;

describe('while answers have only just begun not to come, nothing is told', () => {
  test.each([
    ['of a job that nobody has asked for everything before', [partly, shallow]],
    ['of a JobManager that has answered before', [whole, silent]],
  ])('%s', (_title, looks) => {
    const job = new WatchedJob(generation);
    for (const look of looks) job.saw(look, generation);
    expect(isTold(job)).toBe(false);
    jest.advanceTimersByTime(29_999);
    expect(isTold(job)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(isTold(job)).toBe(true);
  });

  test('but of a JobManager whose pod is not ready, and of what is missing', () => {
    const job = new WatchedJob(generation);
    job.saw(silent, generation);
    expect([isTold(job), isTold(job, { pods: [] }), isTold(job, { missing: ['Service x'] })]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('but of what has told everything before: what is known goes on', () => {
    const job = new WatchedJob(generation);
    job.saw(whole, generation);
    job.saw(partly, generation);
    expect(isTold(job)).toBe(true);
  });
});

test('the next look is foreseen to ask for everything where that is due, and one request where nobody answers', () => {
  const job = new WatchedJob(generation);
  const next = (look: FlinkLook) => (job.saw(look, generation), job.nextRequests);
  expect(job.nextRequests).toBe(4);
  expect([whole, silent, partly, { ...whole, tasks: { running: 1, total: 2 } }].map(next)).toEqual([1, 1, 1, 4]);
});
