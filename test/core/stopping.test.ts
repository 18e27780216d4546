import { describe, expect, test } from '@jest/globals';
import { decideStop, isCrashLoop, isNewestPoint, tellsOfCheckpoints, type StopSeen } from '../../core/stopping.ts';

const now = 1_000_000;
const running = { state: 'RUNNING', ended: false, startedAtMs: now };
const checkpoint = { id: 7, path: 'file:/c/chk-7', completedAtMs: now };
const stopSavepoint = { id: 8, path: 'file:/s/stop-1/savepoint-8', completedAtMs: now };
const failedWithSavepoint =
  'StopWithSavepointStoppingException: A savepoint has been created at: file:/s/stop-1/savepoint-8, but the job failed';

/** It has completed no checkpoint since it was restored, which is too long ago. */
const restored = { checkpoint: undefined, isRestored: true, oldestMs: now + 1 };

const restarting = { job: { ...running, state: 'RESTARTING' }, tasksStarting: true };

function seen(change: Partial<StopSeen>): StopSeen {
  const base = {
    request: { state: 'unknown' },
    noted: false,
    mayRepeat: false,
    knowsAll: false,
    tasksStarting: false,
    wantsSavepoint: true,
    timeIsUp: false,
    checkpointMayDo: false,
    isRestored: false,
    oldestMs: 0,
  } as const;
  return { ...base, job: running, retainsCheckpoints: true, checkpoint, ...change };
}

const ended = (state: string) => ({ ...running, state, ended: true });
const inProgress = { state: 'inProgress' } as const;
const completed = { state: 'completed', location: stopSavepoint.path } as const;
const atSavepoint = { action: 'stopped', restorePoint: stopSavepoint.path };
const atCheckpoint = {
  action: 'stopped',
  restorePoint: checkpoint.path,
  age: { from: 'checkpoint', sinceMs: checkpoint.completedAtMs },
};

describe('while the job lives', () => {
  test.each<[string, Partial<StopSeen>, object]>([
    ['asks for a savepoint', {}, { action: 'ask' }],
    ['asks again where the request cannot have been carried out', { noted: true, knowsAll: true }, { action: 'ask' }],
    ['asks again where the request was lost on its way', { noted: true, mayRepeat: true }, { action: 'ask' }],
    [
      'waits for tasks that start before it asks again',
      { noted: true, mayRepeat: true, tasksStarting: true },
      { action: 'wait' },
    ],
    ['takes no second savepoint when the answer to the first is lost', { noted: true }, { action: 'readStorage' }],
    ['waits for tasks that start before it asks for a savepoint', { tasksStarting: true }, { action: 'wait' }],
    ['does not wait for tasks for ever', { tasksStarting: true, timeIsUp: true }, { action: 'readStorage' }],
    ['waits for the savepoint', { request: inProgress }, { action: 'wait' }],
    ['waits for the end after the savepoint', { request: completed }, { action: 'wait' }],
    ['gives a hung savepoint up', { request: inProgress, timeIsUp: true }, { action: 'readStorage' }],
    ['gives a job up that does not end', { request: completed, timeIsUp: true }, { action: 'readStorage' }],
    [
      'leaves it alone when its savepoint failed',
      { request: { state: 'failed', trace: 'x' } },
      { action: 'refuse', trace: 'x' },
    ],
    [
      'cancels it when it failed after its savepoint',
      { request: { state: 'failed', trace: failedWithSavepoint } },
      { action: 'cancel' },
    ],
    [
      'cancels it when its savepoint failed and a checkpoint may do',
      { request: { state: 'failed', trace: 'x' }, checkpointMayDo: true },
      { action: 'cancel' },
    ],
    [
      'leaves it alone when the checkpoint that might do is too old',
      { request: { state: 'failed', trace: 'x' }, checkpointMayDo: true, oldestMs: now + 1 },
      { action: 'tooOld', age: { sinceMs: now, from: 'checkpoint' } },
    ],
    [
      'leaves it alone when it would be canceled to go on from what is too old',
      { wantsSavepoint: false, oldestMs: now + 1 },
      { action: 'tooOld' },
    ],
    [
      'leaves it alone where it has kept nothing for too long since it was restored',
      { request: { state: 'failed', trace: 'x' }, checkpointMayDo: true, ...restored },
      { action: 'tooOld', age: { sinceMs: now, from: 'start' } },
    ],
    [
      'cancels it where it has run for less than that since it was restored',
      { request: { state: 'failed', trace: 'x' }, checkpointMayDo: true, ...restored, oldestMs: now },
      { action: 'cancel' },
    ],
    [
      'cancels a first start that falls again and again: it has no state that could be too old',
      { job: { ...running, state: 'RESTARTING' }, ...restored, isRestored: false },
      { action: 'cancel' },
    ],
    [
      'waits for a job that restarts where nothing but a savepoint will do',
      { ...restarting, checkpoint: undefined },
      { action: 'wait' },
    ],
    [
      'cancels one that restarts where a checkpoint may do',
      { ...restarting, checkpointMayDo: true },
      { action: 'cancel' },
    ],
    ['cancels one that restarts after its stop was asked for', { ...restarting, noted: true }, { action: 'cancel' }],
    ['cancels a job that restarts for longer', { job: { ...running, state: 'RESTARTING' } }, { action: 'cancel' }],
    ['cancels once', { job: { ...running, state: 'CANCELLING' } }, { action: 'wait' }],
    ['cancels where no savepoint is wanted', { wantsSavepoint: false }, { action: 'cancel' }],
    [
      'never cancels what would delete its checkpoints',
      { wantsSavepoint: false, retainsCheckpoints: false },
      { action: 'readStorage' },
    ],
    ['gives a cancel up that hangs', { wantsSavepoint: false, timeIsUp: true }, { action: 'readStorage' }],
  ])('%s', (_title, change, step) => {
    expect(decideStop(seen(change))).toMatchObject(step);
  });
});

test.each<[string, Partial<StopSeen>]>([
  ['that was asked for', { job: ended('FINISHED'), request: completed }],
  ['whose answer is forgotten', { job: ended('FAILED'), stopSavepoint }],
])('a savepoint does not age %s', (_title, change) => {
  expect(decideStop(seen(change))).not.toHaveProperty('age');
});

describe('after its end', () => {
  test.each<[string, Partial<StopSeen>, object]>([
    ['takes the savepoint that was asked for', { job: ended('FINISHED'), request: completed }, atSavepoint],
    [
      'finds the savepoint whose answer is forgotten',
      { job: ended('FINISHED'), stopSavepoint, completedId: checkpoint.id },
      atSavepoint,
    ],
    [
      'needs no savepoint after which the job ran on to its own end, though its last checkpoint is gone',
      { job: ended('FINISHED'), checkpoint: undefined, stopSavepoint, completedId: 90, noted: true },
      { action: 'stopped', finished: true, detail: 'it had finished' },
    ],
    [
      'needs no savepoint after which the job was restored, and came to its own end without another checkpoint',
      { job: ended('FINISHED'), stopSavepoint, completedId: checkpoint.id, hasRunAgain: true },
      { action: 'stopped', finished: true, detail: 'it had finished' },
    ],
    [
      'goes on from that savepoint where the job failed for good after it was restored',
      { job: ended('FAILED'), stopSavepoint, completedId: checkpoint.id, hasRunAgain: true },
      atSavepoint,
    ],
    ['waits for the answer to the stop', { job: ended('FINISHED'), request: inProgress }, { action: 'wait' }],
    [
      'needs no state of a job that finished by itself',
      { job: ended('FINISHED') },
      { action: 'stopped', detail: 'it had finished' },
    ],
    [
      'does not take it for finished when the answer to its stop may be lost',
      { job: ended('FINISHED'), noted: true },
      { action: 'readStorage', elseFinished: true },
    ],
    ['takes the newest checkpoint of a cancelled job', { job: ended('CANCELED') }, atCheckpoint],
    ['goes on from no checkpoint that is too old', { job: ended('FAILED'), oldestMs: now + 1 }, { action: 'tooOld' }],
    [
      'does not go on from where it began too long ago',
      { job: ended('FAILED'), knowsAll: true, ...restored },
      { action: 'tooOld', age: { from: 'start' } },
    ],
    ['takes a savepoint that is newer than the checkpoint', { job: ended('FAILED'), stopSavepoint }, atSavepoint],
    [
      'takes a checkpoint that is newer than the savepoint',
      { job: ended('FAILED'), stopSavepoint: { ...stopSavepoint, id: 3 } },
      { ...atCheckpoint, overtaken: stopSavepoint.path },
    ],
    [
      'looks for a savepoint that the failure names',
      { job: ended('FAILED'), request: { state: 'failed', trace: failedWithSavepoint } },
      { action: 'readStorage' },
    ],
    [
      'needs no storage of a job that never completed a checkpoint',
      { job: ended('FAILED'), checkpoint: undefined, knowsAll: true },
      { action: 'unchanged' },
    ],
    [
      'tells since when one has completed none that was restored',
      { job: ended('FAILED'), knowsAll: true, ...restored, oldestMs: 0 },
      { action: 'unchanged', age: { from: 'start', sinceMs: running.startedAtMs } },
    ],
    [
      'looks into the storage where Flink tells nothing',
      { job: ended('FAILED'), checkpoint: undefined },
      { action: 'readStorage' },
    ],
    ['needs no storage of a job that was never taken', { job: undefined, knowsAll: true }, { action: 'neverTaken' }],
    ['looks into the storage where Flink does not know the job', { job: undefined }, { action: 'readStorage' }],
  ])('%s', (_title, change, step) => {
    expect(decideStop(seen(change))).toMatchObject(step);
  });
});

test.each<[string, number[], boolean]>([
  ['no failure', [], false],
  ['two at once', [9_000, 8_000], false],
  ['three at once', [9_000, 8_000, 7_000, 1_000], true],
  ['three over an hour', [3_600_000, 1_800_000, 0], false],
])('%s: a crash loop is told from a chance', (_title, failedAtMs, isLoop) => {
  expect(isCrashLoop(failedAtMs)).toBe(isLoop);
});

describe('no checkpoint at a JobManager', () => {
  test.each([
    ['is all there is of a job that has tasks', 2, true, true],
    ['is all there is of a job that has never run', 0, false, true],
    ['says nothing of a job that has run, and waits for slots', 0, true, false],
  ])('%s', (_title, tasksTotal, hasRun, tells) => {
    expect(tellsOfCheckpoints({ tasksTotal }, hasRun)).toBe(tells);
  });

  test('has the storage read of one that was canceled while it waited for slots', () => {
    const waited = { job: ended('CANCELED'), checkpoint: undefined, knowsAll: false };
    expect(decideStop(seen(waited as Partial<StopSeen>))).toMatchObject({ action: 'readStorage' });
  });
});

test.each<[string, number | undefined, boolean]>([
  ['counts where the job has completed no checkpoint', undefined, true],
  ['counts above its newest one', 7, true],
  ['does not count where it ran again and completed one', 9, false],
])('the savepoint of a stop %s', (_title, completedId, counts) => {
  expect(isNewestPoint(stopSavepoint, completedId)).toBe(counts);
});
