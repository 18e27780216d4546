/** A dedicated cluster whose anchor was deleted: what another try at its stop finds. */
import { expect, test } from '@jest/globals';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import { annotations } from '../../core/names.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const checkpoint = { path: 'file:/c/chk-7', modified: 1 };
const known = generation({}, { checkpointedBy: generation().submission });
const attempt = (made: ReturnType<typeof madeUpCluster>, operation: number) => {
  const requester = { uid: 'k3jx9a2b', operation };
  return asActivity(() => stopJob(made.dependencies, { generation: known, requester, how: 'cancel' }));
};

test('a second try does not take the anchor that the first has made for one to which no job was submitted', async () => {
  let refuses = true;
  const made = madeUpCluster({ generation: known, isGone: true, checkpoint, readsFail: () => refuses });
  await expect(attempt(made, 9)).rejects.toMatchObject({ type: 'STORAGE_UNUSABLE' });
  await expect(attempt(made, 10)).rejects.toMatchObject({ type: 'STORAGE_UNUSABLE' });
  refuses = false;
  await expect(attempt(made, 11)).resolves.toMatchObject({ restorePoint: checkpoint.path });
});

test('an anchor that does not know the submission does not hide the state that the job’s workflow knows of', async () => {
  const notes = { [annotations.submission]: null, [annotations.restoreFrom]: null };
  const made = madeUpCluster({ generation: known, notes, checkpoint });
  await expect(attempt(made, 9)).resolves.toMatchObject({ restorePoint: checkpoint.path });
  const gone = madeUpCluster({ generation: known, notes });
  await expect(attempt(gone, 9)).rejects.toMatchObject({ type: 'STATE_GONE' });
});

const restoreFrom = 'file:/s/savepoint-1';

test.each([
  ['goes on from there', generation({}, { restoreFrom }), {}, restoreFrom],
  ['goes on from what is stored since', generation({}, { restoreFrom }), { checkpoint }, checkpoint.path],
  [
    'began empty and ran, and goes on from what is stored',
    generation({}, { ran: { submission: generation().submission, sinceMs: 1 } }),
    { checkpoint },
    checkpoint.path,
  ],
  ['began empty and never ran, and has no state', generation(), {}, undefined],
])(
  'a job of which nobody knows a checkpoint, and that is only stopped, %s',
  async (_title, of, stored, restorePoint) => {
    const made = madeUpCluster({ generation: of, isGone: true, ...stored });
    const stop = () =>
      stopJob(made.dependencies, { generation: of, requester: { uid: 'k3jx9a2b', operation: 9 }, how: 'cancel' });
    expect((await asActivity(stop)).restorePoint).toBe(restorePoint);
  },
);
