/** A stop whose agent dies after it has ended the pods: what only the JobManager knew is not forgotten. */
import { describe, expect, test } from '@jest/globals';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import type { CheckpointConfig, Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';
import { annotations, flinkJobId } from '../../core/names.ts';
import { generation } from '../support/generation-fixture.ts';
import { listedJob } from '../support/listed-job.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from '../support/made-up-cluster.ts';

const stopped = generation();
const root = `file:///flink-state/checkpoints/${stopped.identity.uid}`;
const newest = `${root}/${flinkJobId(stopped.identity, stopped.submission)}/chk-9`;
const older = { path: 'file:/c/chk-8', modified: Date.now(), number: 8 };
const began = { [annotations.restoreFrom]: 'file:/s/savepoint-1' };

/** A JobManager that tells until its pods are ended. */
function telling(state: FlinkJobState, cluster: Partial<MadeUpCluster>, points: object = {}) {
  const isThere = { now: true };
  const flink: Partial<FlinkClient> = {
    jobs: async () => {
      if (made.done.includes('scaled')) throw new FlinkUnreachable('nothing answers');
      return [listedJob(stopped, state)];
    },
    exceptions: async () => ({ history: [] }),
    savepointStatus: async () => ({ state: 'unknown' }),
    checkpointConfig: async () => ({ retained: false }) as CheckpointConfig,
    checkpoints: async () => ({ counts: { completed: 9 }, recentCompleted: [], ...points }) as unknown as Checkpoints,
  };
  // The storage cannot be read by the first attempt, which therefore tells nothing.
  const made = madeUpCluster({ generation: stopped, flink, hasPods: true, readsFail: () => isThere.now, ...cluster });
  return { ...made, mend: () => void (isThere.now = false) };
}

const told = { latestCompleted: { id: 9, path: newest, completedAtMs: Date.now(), discarded: false } };

type Made = ReturnType<typeof telling>;
type Wish = Pick<StopJobInput, 'how'> & Partial<StopJobInput>;

function attempt({ dependencies }: Made, wish: Wish) {
  const input = { generation: stopped, requester: { uid: 'k3jx9a2b', operation: 9 }, provesPoint: true, ...wish };
  return asActivity(() => stopJob(dependencies, input));
}

/** The first attempt ends before it could tell anything, and the next one finds no pod. */
async function takenOver(made: Made, wish: Wish) {
  await expect(attempt(made, wish)).rejects.toMatchObject({ type: 'STORAGE_UNUSABLE' });
  made.mend();
  return attempt(made, wish);
}

describe('a checkpoint that only its JobManager told of', () => {
  test.each<[string, FlinkJobState]>([
    ['a job that has failed', 'FAILED'],
    ['a job whose checkpoints a cancellation would delete', 'RUNNING'],
  ])('is missed in the storage, and that is said, of %s', async (_title, state) => {
    const made = telling(state, { checkpoint: older }, told);
    const outcome = await takenOver(made, { how: 'cancel' });
    expect(outcome).toMatchObject({ restorePoint: older.path, missed: newest, podsEnded: true });
    const [noted] = made.done.filter((one) => one.startsWith('noted') || one === 'scaled');
    expect(noted).toMatch(/^noted /);
  });

  test.each(['FAILED', 'RUNNING'] as const)(
    'keeps a job that is %s from going on from where it began',
    async (state) => {
      const made = telling(state, { notes: began }, told);
      await expect(takenOver(made, { how: 'cancel' })).rejects.toMatchObject({ type: 'STATE_GONE' });
    },
  );

  test('is none of the next submission', async () => {
    const made = telling('FAILED', { notes: began }, told);
    await expect(attempt(made, { how: 'cancel' })).rejects.toMatchObject({ type: 'STORAGE_UNUSABLE' });
    made.mend();
    made.notes[annotations.submission] = '2';
    const next = { ...stopped, submission: 2 };
    await expect(attempt(made, { how: 'cancel', generation: next })).resolves.toMatchObject({
      restorePoint: began[annotations.restoreFrom],
    });
  });
});

test('a job that had finished while it was stopped has finished, though its JobManager has gone', async () => {
  const notes = { ...began, [annotations.stopping]: `${stopped.submission}/another` };
  await expect(takenOver(telling('FINISHED', { notes }), { how: 'savepoint' })).resolves.toMatchObject({
    finished: true,
  });
});
