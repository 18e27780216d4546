/** What a stop goes on from, and what it leaves alone, in a made-up cluster. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import type { CheckpointConfig, Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, flinkJobId } from '../../core/names.ts';
import { cachedFor } from '../support/cached-answers.ts';
import { listedJob, nothingRecent } from '../support/listed-job.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';
import { flinkGoing, hurry, stop, stopped, stopSavepoint, type Wish } from '../support/stopped-job.ts';

const dayMs = 24 * 3_600_000;

function point(path: string, ageMs: number) {
  return { path, modified: Date.now() - ageMs };
}

function checkpointsUpTo(id: number): Checkpoints {
  const newest = { id, path: `file:/c/chk-${id}`, completedAtMs: 1, discarded: false };
  const known = { counts: { completed: id }, latestCompleted: newest };
  return known as unknown as Checkpoints;
}

async function unretained(): Promise<CheckpointConfig> {
  return { retained: false } as CheckpointConfig;
}

describe('without a JobManager', () => {
  test('the savepoint of the stop is taken however old it is: nothing newer can be', async () => {
    const savepoint = point('file:/s/stop-2-1/savepoint-1', dayMs);
    const stoppedAt = await stop({ savepoint }, { maxStateAgeMs: 3_600_000 }).outcome;
    expect(stoppedAt).toMatchObject({ restorePoint: savepoint.path, kind: 'savepoint' });
    expect(stoppedAt).not.toHaveProperty('age');
  });

  test('the checkpoint that Flink counts after the savepoint is taken where the storage tells seconds only', async () => {
    const modified = Date.now();
    const checkpoint = { path: 'file:/c/chk-9', modified, number: 9 };
    const savepoint = { path: 'file:/s/stop-2-1/savepoint-1', modified, number: 8 };
    await expect(stop({ checkpoint, savepoint }).outcome).resolves.toMatchObject({
      restorePoint: checkpoint.path,
      // The job ran again after it: that is told.
      overtaken: savepoint.path,
    });
  });

  const taken = { path: 'file:/s/taken-5/sp', modified: Date.now(), number: 8 };

  test('a savepoint that was asked for is not preferred to a checkpoint that Flink may have restarted the job from', async () => {
    const checkpoint = { path: 'file:/c/chk-7', modified: Date.now(), number: 7 };
    const outcome = await stop({ checkpoint, taken }, { aside: taken.path }).outcome;
    const age = { from: 'checkpoint', sinceMs: checkpoint.modified };
    expect(outcome).toMatchObject({ restorePoint: checkpoint.path, kind: 'checkpoint', age });
    expect(outcome).not.toHaveProperty('isAside');
  });

  test('a savepoint that was asked for is gone on from where the job has kept nothing, and that is said', async () => {
    const { outcome } = stop({ taken }, { aside: taken.path });
    const age = { from: 'checkpoint', sinceMs: taken.modified };
    await expect(outcome).resolves.toMatchObject({ restorePoint: taken.path, kind: 'savepoint', isAside: true, age });
  });

  test('a savepoint that was asked for long ago is too old as a checkpoint is', async () => {
    const old = { ...taken, modified: Date.now() - dayMs };
    const { outcome } = stop({ taken: old }, { aside: old.path, maxStateAgeMs: 3_600_000 });
    await expect(outcome).rejects.toMatchObject({ type: 'STATE_TOO_OLD' });
  });

  test('a checkpoint that is too old is not gone on from', async () => {
    const { outcome } = stop({ checkpoint: point('file:/c/chk-7', dayMs) }, { maxStateAgeMs: 3_600_000 });
    await expect(outcome).rejects.toMatchObject({ type: 'STATE_TOO_OLD' });
  });

  describe('what is left behind', () => {
    const next = generation({}, { identity: { ...stopped.identity, number: 3 } });
    const checkpoint = point('file:/c/chk-7', dayMs);
    const completed = { [annotations.checkpointed]: String(stopped.submission) };

    test('is still known, for a rollback needs it', async () => {
      const { outcome } = stop({ checkpoint }, { how: 'discard', next, maxStateAgeMs: 1 });
      await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, kind: 'checkpoint' });
    });

    test.each<[string, Partial<MadeUpCluster>]>([
      ['that is gone', { notes: completed }],
      [
        'that cannot be read',
        { checkpoint, readsFail: () => true, notes: { [annotations.ran]: String(stopped.submission) } },
      ],
    ])('and %s keeps nobody from starting empty, but is told not to be known', async (_title, cluster) => {
      const { outcome } = stop(cluster, { how: 'discard', next });
      const { restorePoint, isStateUnknown } = await outcome;
      expect({ restorePoint, isStateUnknown }).toEqual({ restorePoint: undefined, isStateUnknown: true });
    });

    test('of a job that has completed no checkpoint is nothing, and that is known', async () => {
      await expect(stop({}, { how: 'discard', next }).outcome).resolves.not.toHaveProperty('isStateUnknown');
    });

    test('is not looked for where nothing comes next', async () => {
      const { outcome, done } = stop({ checkpoint }, { how: 'discard' });
      await expect(outcome).resolves.not.toHaveProperty('restorePoint');
      expect(done).not.toContain('read newest-checkpoint');
    });
  });
});

function gone(of: Partial<Generation>, wish: Wish = {}) {
  const { dependencies } = madeUpCluster({ generation: stopped, isGone: true });
  const requester = { uid: 'k3jx9a2b', operation: 9 };
  const input = { generation: { ...stopped, ...of }, requester, how: 'cancel', ...wish } as const;
  return asActivity(() => stopJob(dependencies, input));
}

describe('where all objects are gone', () => {
  const next = generation({}, { identity: { ...stopped.identity, number: 3 } });
  const completed = { checkpointedBy: stopped.submission };

  test.each<[string, Partial<Generation>, Wish]>([
    ['is not started empty', completed, { next }],
    ['is not started from where it began', { ...completed, restoreFrom: 'file:/s/savepoint-1' }, { next }],
    ['is not stopped for later as if it had none', completed, {}],
  ])('a job that has completed checkpoints and has none left %s', async (_title, of, wish) => {
    await expect(gone(of, wish)).rejects.toMatchObject({ type: 'STATE_GONE' });
  });

  test.each<[string, Partial<Generation>, Wish, object]>([
    ['where it completed none', {}, { next }, { detail: expect.stringContaining('no checkpoint') }],
    ['where another submission did', { checkpointedBy: stopped.submission + 1 }, { next }, {}],
    ['where the caller wants nothing of its state', completed, { next, how: 'discard' }, {}],
    ['where another point was named', completed, { next, stateMayBeGone: true }, {}],
  ])('it may start from nothing %s', async (_title, of, wish, outcome) => {
    const made = await gone(of, wish);
    expect(made).toMatchObject(outcome);
    expect(made.restorePoint).toBeUndefined();
  });
});

describe('a JobManager that does not answer', () => {
  afterEach(() => void jest.restoreAllMocks());

  const checkpoint = point('file:/c/chk-7', 0);
  const noted = { [annotations.stopping]: `${stopped.submission}/another` };

  test.each<[string, Partial<MadeUpCluster>, Wish]>([
    ['its job is left alone where nothing but a savepoint will do', { isReady: true }, {}],
    ['so it is where the spec says so', { isReady: true }, { whenSavepointFails: 'refuse' }],
  ])('%s', async (_title, cluster, wish) => {
    hurry();
    const { outcome, done } = stop({ checkpoint, hasPods: true, ...cluster }, wish);
    await expect(outcome).resolves.toMatchObject({ refused: { code: 'JOB_MANAGER_SILENT' } });
    expect(done).toEqual([]);
  });

  test.each<[string, Partial<MadeUpCluster>, Wish]>([
    ['and is not ready runs no job', {}, {}],
    ['is ended where a checkpoint may do', { isReady: true }, { whenSavepointFails: 'checkpoint' }],
    ['is ended where its job is to be canceled', { isReady: true }, { how: 'cancel' }],
    ['is ended after it was asked to stop, for it would run the job again', { isReady: true, notes: noted }, {}],
  ])('%s', async (_title, cluster, wish) => {
    hurry();
    const { outcome, done } = stop({ checkpoint, hasPods: true, ...cluster }, wish);
    await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path });
    expect(done[0]).toBe('scaled');
  });
});

describe('a JobManager that answers', () => {
  afterEach(() => void jest.restoreAllMocks());

  test.each(['savepoint', 'cancel'] as const)('says how long ago the job ended, by its own clock: %s', async (how) => {
    const { outcome } = stop({ flink: flinkGoing(['RUNNING']), hasPods: true }, { how });
    expect((await outcome).endedAgoMs).toBeGreaterThanOrEqual(500);
  });

  test.each([
    [
      'goes on from there',
      true,
      8,
      { kind: 'savepoint', restorePoint: 'file:/mine/savepoint-9', byOthers: true, format: 'canonical' },
    ],
    ['has finished where it was another savepoint', false, 8, { finished: true }],
    ['has finished where it ran on after it', true, 90, { finished: true }],
    ['has finished where it was restored after it', true, 8, { finished: true }, 2],
  ])(
    'a job that somebody stopped in Flink with a savepoint %s',
    async (_title, isStop, completedId, outcome, at = 0) => {
      const savepointOf = {
        id: 9,
        savepoint: true,
        triggeredAtMs: 0,
        completedAtMs: 1,
        stateBytes: 5,
        discarded: false,
      };
      const latestRestored = { id: 8, savepoint: false, restoredAtMs: at };
      const latestSavepoint = { ...savepointOf, path: 'file:/mine/savepoint-9', isStop, format: 'canonical' as const };
      const counts = { restored: 0, total: 9, inProgress: 0, completed: 9, failed: 0 };
      // What a job completes before it finishes, it removes.
      const latestCompleted = { ...savepointOf, id: completedId, savepoint: false, isStop: false, discarded: true };
      const flink: Partial<FlinkClient> = {
        ...flinkGoing([]),
        jobs: async () => [listedJob(stopped, 'FINISHED')],
        checkpoints: async () => ({ counts, ...nothingRecent, latestCompleted, latestSavepoint, latestRestored }),
      };
      await expect(stop({ flink, hasPods: true }, { how: 'cancel' }).outcome).resolves.toMatchObject(outcome);
    },
  );

  test('of a job that has completed no checkpoint: a savepoint that was asked for is gone on from', async () => {
    const taken = { path: 'file:/s/taken-5/sp', modified: Date.now(), number: 1 };
    const counts = { restored: 0, total: 0, inProgress: 0, completed: 0, failed: 0 };
    const flink: Partial<FlinkClient> = {
      ...flinkGoing(['RUNNING']),
      savepointStatus: async () => ({ state: 'unknown' }),
      checkpoints: async () => ({ counts, ...nothingRecent }),
    };
    const { outcome } = stop({ flink, hasPods: true, taken }, { how: 'cancel', aside: taken.path });
    await expect(outcome).resolves.toMatchObject({ restorePoint: taken.path });
  });

  describe('of a job that has failed, when it is brought back', () => {
    const root = `file:///flink-state/checkpoints/${stopped.identity.uid}`;
    const told = `${root}/${flinkJobId(stopped.identity, stopped.submission)}/chk-9`;
    const counts = { restored: 0, total: 9, inProgress: 0, completed: 9, failed: 0 };
    const tells = (path: string): Partial<FlinkClient> => {
      const times = { triggeredAtMs: 1, completedAtMs: Date.now() };
      const latestCompleted = {
        ...times,
        id: 9,
        savepoint: false,
        stateBytes: 5,
        discarded: false,
        path,
        isStop: false,
      };
      return {
        ...flinkGoing([]),
        jobs: async () => [listedJob(stopped, 'FAILED')],
        checkpoints: async () => ({ counts, ...nothingRecent, latestCompleted }),
      };
    };
    const wish = { how: 'cancel', provesPoint: true } as const;
    const older = point('file:/c/chk-8', 3_600_000);

    test.each<[string, Partial<MadeUpCluster>, Wish, string, string | undefined]>([
      ['its newest checkpoint is seen in the storage', { checkpoint: point(told, 0) }, {}, told, undefined],
      ['the next older one is, and that is said', { checkpoint: older }, {}, older.path, told],
      ['that is believed of another operation', {}, { provesPoint: false }, told, undefined],
    ])('%s', async (_title, cluster, change, restorePoint, missed) => {
      const { outcome } = stop({ flink: tells(told), hasPods: true, ...cluster }, { ...wish, ...change });
      expect(await outcome).toMatchObject({ kind: 'checkpoint', restorePoint });
      expect((await outcome).missed).toBe(missed);
    });

    test('it is believed of one that the program keeps elsewhere', async () => {
      const { outcome } = stop({ flink: tells('s3://mine/chk-9'), hasPods: true }, wish);
      await expect(outcome).resolves.toMatchObject({ restorePoint: 's3://mine/chk-9' });
    });

    test.each<[string, Partial<MadeUpCluster>, string]>([
      ['one that is gone', {}, 'STATE_GONE'],
      ['an older one that is too old', { checkpoint: older }, 'STATE_TOO_OLD'],
    ])('it does not go on from %s', async (_title, cluster, type) => {
      const { outcome } = stop({ flink: tells(told), hasPods: true, ...cluster }, { ...wish, maxStateAgeMs: 60_000 });
      await expect(outcome).rejects.toMatchObject({ type });
    });
  });

  test.each(['cancel', 'discard'] as const)('to %s is not asked what would delete its checkpoints', async (how) => {
    const checkpoint = point('file:/c/chk-7', 0);
    const flink = flinkGoing(['RUNNING']);
    const canceled = jest.fn(flink.cancel);
    const cluster = { flink: { ...flink, cancel: canceled, checkpointConfig: unretained }, checkpoint, hasPods: true };
    const next = generation({}, { identity: { ...stopped.identity, number: 3 } });
    await expect(stop(cluster, { how, next }).outcome).resolves.toMatchObject({
      restorePoint: checkpoint.path,
      podsEnded: true,
    });
    expect(canceled).not.toHaveBeenCalled();
  });

  const patient = 'rest.cache.checkpoint-statistics.timeout';
  test.each<[string, Record<string, string>, number]>([
    ['as Drey has it', {}, 100],
    ['as the spec has it', { [patient]: '300 ms' }, 300],
    ['by its older name', { 'web.refresh-interval': '200' }, 200],
  ])(
    'a checkpoint that it completes as it is canceled counts, though its cache %s does not know it',
    async (...given) => {
      const [, configuration, cachedMs] = given;
      let newest = 7;
      const flink = flinkGoing(['RUNNING']);
      const cancel: FlinkClient['cancel'] = async (...call) => {
        newest = 8;
        return (await flink.cancel?.(...call)) ?? false;
      };
      const checkpoints = cachedFor(cachedMs, () => checkpointsUpTo(newest));
      const subject = generation({ spec: { flink: { configuration } } });
      const made = madeUpCluster({ generation: subject, hasPods: true, flink: { ...flink, cancel, checkpoints } });
      const requester = { uid: 'k3jx9a2b', operation: 9 };
      const outcome = asActivity(() => stopJob(made.dependencies, { generation: subject, requester, how: 'cancel' }));
      await expect(outcome).resolves.toMatchObject({ restorePoint: 'file:/c/chk-8' });
      await expect(outcome).resolves.not.toHaveProperty('podsEnded');
    },
  );

  test('where that cache is older than is waited, the storage says which checkpoint is the newest', async () => {
    const flink = flinkGoing(['RUNNING']);
    let aheadMs = 0;
    const now = performance.now.bind(performance);
    const cancel: FlinkClient['cancel'] = async (...call) => {
      // From then on no time passes without a minute's.
      jest.spyOn(performance, 'now').mockImplementation(() => now() + (aheadMs += 61_000));
      return (await flink.cancel?.(...call)) ?? false;
    };
    const checkpoints = cachedFor(3_600_000, () => checkpointsUpTo(7));
    const subject = generation({ spec: { flink: { configuration: { [patient]: '1 h' } } } });
    const checkpoint = { path: 'file:/c/chk-8', modified: Date.now(), number: 8 };
    const told = { ...flink, cancel, checkpoints };
    const made = madeUpCluster({ generation: subject, hasPods: true, flink: told, checkpoint });
    const requester = { uid: 'k3jx9a2b', operation: 9 };
    const outcome = asActivity(() => stopJob(made.dependencies, { generation: subject, requester, how: 'cancel' }));
    await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
  });

  test('a job that is stopped with a savepoint does not wait for that cache', async () => {
    const checkpoints = jest.fn(async () => undefined);
    const subject = generation({ spec: { flink: { configuration: { [patient]: '1 h' } } } });
    const flink = { ...flinkGoing(['RUNNING']), checkpoints };
    const made = madeUpCluster({ generation: subject, hasPods: true, flink });
    const requester = { uid: 'k3jx9a2b', operation: 9 };
    const outcome = asActivity(() => stopJob(made.dependencies, { generation: subject, requester, how: 'savepoint' }));
    await expect(outcome).resolves.toMatchObject({ restorePoint: stopSavepoint });
  });

  test('a job that restarts is stopped with a savepoint when it runs again', async () => {
    const { outcome, done } = stop({ flink: flinkGoing(['RESTARTING', 'RESTARTING', 'RUNNING']), hasPods: true });
    await expect(outcome).resolves.toMatchObject({ kind: 'savepoint', restorePoint: stopSavepoint });
    expect(done).not.toContain('scaled');
  });
});
