/** How old the state may be of a job that has completed no checkpoint since it was restored, where it is to be stopped or brought back. */
import { describe, expect, test } from '@jest/globals';
import { noteRan } from '../../activities/cluster/anchor.ts';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { annotations, flinkJobId } from '../../core/names.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const dayMs = 24 * 3_600_000;
const stopped = generation();

type Wish = Pick<StopJobInput, 'how' | 'next' | 'maxStateAgeMs'>;

function stop(cluster: Partial<MadeUpCluster>, wish: Wish) {
  const made = madeUpCluster({ generation: stopped, ...cluster });
  const input = { generation: stopped, requester: { uid: 'k3jx9a2b', operation: 9 }, ...wish };
  return { ...made, outcome: asActivity(() => stopJob(made.dependencies, input)) };
}

describe('a job that has completed no checkpoint since it was restored', () => {
  const restoreFrom = 'file:/s/savepoint-1';
  const ran = { [annotations.restoreFrom]: restoreFrom, [annotations.ran]: String(stopped.submission) };
  const ranFor = (ageMs: number) => ({ ...ran, [annotations.ranSince]: new Date(Date.now() - ageMs).toISOString() });
  const wish = { how: 'cancel', maxStateAgeMs: 3_600_000 } as const;

  test('does not go on from there where it has run for too long', async () => {
    await expect(stop({ notes: ranFor(dayMs) }, wish).outcome).rejects.toMatchObject({
      type: 'STATE_TOO_OLD',
      message: expect.stringMatching(/no checkpoint since it was restored 86\d{3} s ago/),
    });
  });

  test.each<[string, Record<string, string>, Wish]>([
    ['where that is not long ago', ranFor(60_000), wish],
    ['where it has not run', { [annotations.restoreFrom]: restoreFrom }, wish],
    ['where its spec has no limit', ranFor(dayMs), { how: 'cancel' }],
    ['where nobody wants its state', ranFor(dayMs), { ...wish, how: 'discard', next: stopped }],
  ])('goes on from there %s', async (_title, notes, wanted) => {
    await expect(stop({ notes }, wanted).outcome).resolves.toMatchObject({ restorePoint: restoreFrom });
  });

  test('runs on where its JobManager was replaced since', async () => {
    const counts = { restored: 1, total: 0, inProgress: 0, completed: 0, failed: 0 };
    const job = { id: flinkJobId(stopped.identity, stopped.submission), name: 'orders' };
    const flink: Partial<FlinkClient> = {
      jobs: async () => [{ ...job, state: 'RUNNING', startedAtMs: Date.now(), tasksTotal: 1, tasks: { RUNNING: 1 } }],
      exceptions: async () => ({ history: [] }),
      checkpoints: async () => ({ counts, recentCompleted: [] }),
      checkpointConfig: async () => undefined,
    };
    const { outcome } = stop({ flink, hasPods: true, notes: ranFor(dayMs) }, wish);
    await expect(outcome).resolves.toMatchObject({ refused: { code: 'STATE_TOO_OLD' } });
  });
});

test('when its tasks ran first is noted once, for each submission', async () => {
  const first = madeUpCluster({ generation: stopped });
  await noteRan(first.dependencies.kubernetes, stopped);
  expect(first.notes).toMatchObject({
    [annotations.ran]: String(stopped.submission),
    [annotations.ranSince]: expect.stringMatching(/^\d{4}-/),
  });
  const noted = { [annotations.ran]: String(stopped.submission), [annotations.ranSince]: '2026-01-01T00:00:00.000Z' };
  const again = madeUpCluster({ generation: stopped, notes: noted });
  await noteRan(again.dependencies.kubernetes, stopped);
  expect(again.notes).toMatchObject(noted);
  const next = { ...stopped, submission: stopped.submission + 1 };
  await noteRan(again.dependencies.kubernetes, next);
  expect(again.notes[annotations.ranSince]).not.toBe(noted[annotations.ranSince]);
});
