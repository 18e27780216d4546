/** What a stop goes on from, and what it leaves alone, in a made-up cluster. */
import { describe, expect, test } from '@jest/globals';
import { stopJob, type StopJobInput } from '../../activities/cluster/stop-job.ts';
import { asActivity, madeUpCluster, type MadeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const dayMs = 24 * 3_600_000;
const stopped = generation();

type Wish = Partial<Omit<StopJobInput, 'generation'>>;

function stop(cluster: Partial<MadeUpCluster>, wish: Wish = {}) {
  const made = madeUpCluster({ generation: stopped, ...cluster });
  const input = {
    generation: stopped,
    requester: { uid: 'k3jx9a2b', operation: 9 },
    how: 'savepoint',
    ...wish,
  } as const;
  return { ...made, outcome: asActivity(() => stopJob(made.dependencies, input)) };
}

function point(path: string, ageMs: number) {
  return { path, modified: Date.now() - ageMs };
}

describe('without a JobManager', () => {
  test('the savepoint of the stop is taken however old it is: nothing newer can be', async () => {
    const savepoint = point('file:/s/stop-2-1/savepoint-1', dayMs);
    const { outcome } = stop({ savepoint }, { maxStateAgeMs: 3_600_000 });
    await expect(outcome).resolves.toMatchObject({ restorePoint: savepoint.path, kind: 'savepoint' });
  });

  test('a checkpoint that is too old is not gone on from', async () => {
    const { outcome } = stop({ checkpoint: point('file:/c/chk-7', dayMs) }, { maxStateAgeMs: 3_600_000 });
    await expect(outcome).rejects.toMatchObject({ type: 'STATE_TOO_OLD' });
  });
});
