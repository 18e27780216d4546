/** What one look at a JobManager says of its job. */
import { describe, expect, test } from '@jest/globals';
import { lookAtFlink } from '../../activities/observe/flink-look.ts';
import type { Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { CheckpointsObserved } from '../../core/observation/observation.ts';
import { nothingRecent } from '../support/listed-job.ts';
import { runningJob } from '../support/running-job.ts';
import { someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2);

const running = runningJob(generation);

const none = { restored: 1, total: 1, inProgress: 0, completed: 0, failed: 0 };
const completed = { id: 500, path: 'file:/c/chk-500', completedAtMs: 5, triggeredAtMs: 1, discarded: false };
const failed = { id: 501, savepoint: false, failedAtMs: 9, message: 'a task was not ready' };
const restored = { id: 500, savepoint: false, restoredAtMs: 7 };

async function finished() {
  return [{ ...running, state: 'FINISHED', endedAtMs: 9 }];
}

async function nothing(): Promise<undefined> {}

function noAnswer(): Promise<never> {
  return Promise.reject(new FlinkUnreachable('no answer within 5000 ms'));
}

function refused(): Promise<never> {
  return Promise.reject(new FlinkRestError(500, 'no'));
}

function flink(answers: object): FlinkClient {
  return {
    jobs: async () => [running],
    exceptions: nothing,
    checkpoints: nothing,
    checkpointConfig: async () => ({ mode: 'exactly_once', intervalMs: 1000, timeoutMs: 1, retained: true }),
    failureCause: nothing,
    ...answers,
  } as unknown as FlinkClient;
}

const lookWith = (answers: object) => lookAtFlink({ flink: flink(answers), generation }, () => true);

async function checkpointsOf(checkpoints: object): Promise<CheckpointsObserved | undefined> {
  const seen = { counts: none, ...nothingRecent, ...checkpoints } as unknown as Checkpoints;
  return (await lookWith({ checkpoints: async () => seen })).checkpoints;
}

async function failuresOf(checkpoints: object): Promise<number | undefined> {
  return (await checkpointsOf(checkpoints))?.failures;
}

describe('checkpoints that failed in a row', () => {
  test.each<[string, object, number]>([
    ['the first one after a restore', { latestRestored: restored, latestFailed: failed }, 1],
    ['one where Flink does not tell what it restored', { latestFailed: failed }, 1],
    ['one since the newest good one', { latestCompleted: completed, latestFailed: failed }, 1],
    ['three since then', { latestCompleted: completed, latestFailed: { ...failed, id: 503 } }, 3],
    ['none where a newer one is good', { latestCompleted: { ...completed, id: 502 }, latestFailed: failed }, 0],
  ])('are counted: %s', async (_title, seen, count) => {
    expect(await failuresOf({ ...seen, counts: { ...none, failed: count } })).toBe(count);
  });
});

describe('a savepoint', () => {
  const savepoint = { ...failed, savepoint: true };
  const seen = { latestCompleted: completed, counts: { ...none, failed: 9 } };

  test.each<[string, object, number]>([
    ['that fails is no checkpoint that fails', { latestFailed: savepoint, recentFailed: [savepoint] }, 0],
    [
      'that fails hides no checkpoint that failed before it',
      { latestFailed: { ...savepoint, id: 502 }, recentFailed: [{ ...savepoint, id: 502 }, failed] },
      1,
    ],
    [
      'between two that fail is none of them, whatever became of it',
      {
        latestFailed: { ...failed, id: 504 },
        recentFailed: [{ ...failed, id: 504 }, { ...savepoint, id: 503 }, failed],
        recentCompleted: [{ ...completed, id: 502, savepoint: true }],
      },
      2,
    ],
  ])('%s', async (_title, more, count) => {
    const told = await checkpointsOf({ ...seen, ...more });
    expect(told?.failures).toBe(count);
    expect(told?.failure !== undefined).toBe(count > 0);
  });

  test.each<[string, object, number | undefined]>([
    ['none was ever', {}, undefined],
    ['it completed', { latestSavepoint: { ...completed, savepoint: true, completedAtMs: 7 } }, 7],
    ['it failed, or was given up', { latestFailed: savepoint, recentFailed: [savepoint] }, 9],
    ['it failed, and a checkpoint after it', { latestFailed: { ...failed, id: 502 }, recentFailed: [savepoint] }, 9],
  ])('is told with when it ended: %s', async (_title, more, atMs) => {
    expect((await checkpointsOf({ ...seen, ...more }))?.savepointAtMs).toBe(atMs);
  });

  test('that is under way is told as of now', async () => {
    const told = await checkpointsOf({ ...seen, savepointUnderWay: true });
    expect(told?.savepointAtMs).toBe(told?.readAtMs);
  });
});

test('a savepoint is told with which the job was stopped, and no other', async () => {
  const savepoint = { ...completed, path: 'file:/s/savepoint-ab' };
  const look = async (isStop: boolean) => {
    const seen = {
      counts: none,
      ...nothingRecent,
      latestSavepoint: { ...savepoint, isStop },
    } as unknown as Checkpoints;
    return lookAtFlink({ flink: flink({ checkpoints: async () => seen }), generation }, () => true);
  };
  expect((await look(true)).checkpoints?.stoppedWith).toBe(savepoint.path);
  expect((await look(false)).checkpoints?.stoppedWith).toBeUndefined();
});

test.each<[string, number, string | undefined]>([
  ['with which it was stopped, where it was restored before that', 4, 'file:/s/savepoint-ab'],
  ['no more, where Flink restored the job after it, which then came to its own end', 7, undefined],
  ['also where a clock was set back between restore and stop', 3_600_000, 'file:/s/savepoint-ab'],
])('a savepoint is told %s', async (_title, restoredAtMs, expected) => {
  const latestSavepoint = { ...completed, path: 'file:/s/savepoint-ab', isStop: true };
  const seen = { counts: none, ...nothingRecent, latestSavepoint, latestRestored: { ...restored, restoredAtMs } };
  const look = await lookWith({ jobs: finished, checkpoints: async () => seen as unknown as Checkpoints });
  expect(look.checkpoints?.stoppedWith).toBe(expected);
});

test('the newest checkpoint is told with its size, and how long it took', async () => {
  const answer = { counts: none, ...nothingRecent, latestCompleted: { ...completed, stateBytes: 9 } };
  const look = await lookAtFlink({ flink: flink({ checkpoints: async () => answer }), generation }, () => true);
  const newest = { id: 500, path: 'file:/c/chk-500', completedAtMs: 5, durationMs: 4, sizeBytes: 9 };
  expect(look.checkpoints?.newest).toEqual(newest);
});

describe('a JobManager', () => {
  test('that lists its job is not silent, though it does not tell of its checkpoints', async () => {
    const look = await lookAtFlink({ flink: flink({ checkpoints: noAnswer }), generation }, () => true);
    expect(look).toMatchObject({ state: 'RUNNING', tasks: { running: 2, total: 2 } });
    expect(look.checkpoints).toBeUndefined();
  });

  const history = [{ timestampMs: 3, name: 'E', stackTrace: 'E: no' }];
  const seen = { counts: none, ...nothingRecent, latestCompleted: completed };
  const whole = { exceptions: async () => ({ history }), checkpoints: async () => seen };

  test.each<[string, object, object, readonly string[]]>([
    ['checkpoints', { checkpoints: noAnswer }, { failuresAtMs: [3] }, ['checkpoints']],
    ["checkpoints' interval", { checkpointConfig: refused }, { failuresAtMs: [3] }, ['checkpoints']],
    ['failures', { exceptions: refused }, { checkpoints: { newest: { id: 500 } } }, ['failures']],
    ['failures and checkpoints', { exceptions: noAnswer, checkpoints: refused }, {}, ['checkpoints', 'failures']],
  ])('that does not tell of %s tells the rest, and what it does not', async (_title, answers, told, what) => {
    const look = await lookWith({ ...whole, ...answers });
    expect(look).toMatchObject({
      state: 'RUNNING',
      ...told,
      untold: { what, why: expect.stringMatching(/500|no answer/) },
    });
    expect('checkpoints' in look).toBe(!what.includes('checkpoints'));
    expect('failuresAtMs' in look).toBe(!what.includes('failures'));
  });

  test('that tells all leaves nothing untold', async () => {
    expect(await lookWith(whole)).not.toHaveProperty('untold');
  });

  test('that lists it as FINISHED counts as silent until it tells whether somebody has stopped it', async () => {
    expect(await lookWith({ jobs: finished, checkpoints: noAnswer })).toMatchObject({
      state: 'silent',
      silence: expect.any(String),
    });
    expect(await lookWith({ jobs: finished })).toMatchObject({ state: 'FINISHED' });
  });

  test('that does not list it in time is', async () => {
    expect(await lookAtFlink({ flink: flink({ jobs: noAnswer }), generation }, () => true)).toMatchObject({
      state: 'silent',
    });
  });
});
