/** How old the state may be of a job that has completed no checkpoint since it was restored, where it is to be stopped or brought back. */
import { describe, expect, test } from '@jest/globals';
import { noteRan } from '../../activities/cluster/anchor.ts';
import { stopJob } from '../../activities/cluster/stop-job.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations } from '../../core/names.ts';
import { bringingBack } from '../../workflows/stop-wishes.ts';
import { listedJob, nothingRecent } from '../support/listed-job.ts';
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

  test('tells since when, for those that come after the next start', async () => {
    const outcome = await stop({ notes: ranFor(60_000) }, wish).outcome;
    expect(outcome.age?.from).toBe('start');
    expect(Date.now() - (outcome.age?.sinceMs ?? 0)).toBeGreaterThanOrEqual(60_000);
    const unused = { [annotations.restoreFrom]: restoreFrom };
    expect(await stop({ notes: unused }, wish).outcome).not.toHaveProperty('age');
  });

  test.each<[string, Record<string, string>, Wish]>([
    ['where that is not long ago', ranFor(60_000), wish],
    ['where it has not run', { [annotations.restoreFrom]: restoreFrom }, wish],
    ['where its spec has no limit', ranFor(dayMs), { how: 'cancel' }],
    ['where nobody wants its state', ranFor(dayMs), { ...wish, how: 'discard', next: stopped }],
  ])('goes on from there %s', async (_title, notes, wanted) => {
    await expect(stop({ notes }, wanted).outcome).resolves.toMatchObject({ restorePoint: restoreFrom });
  });

  describe('whose anchor was deleted', () => {
    const knownFor = (ageMs: number, submission = stopped.submission) =>
      generation({}, { restoreFrom, ran: { submission, sinceMs: Date.now() - ageMs } });
    const gone = (of: Generation, cluster: Partial<MadeUpCluster> = { isGone: true }) => {
      const made = madeUpCluster({ generation: of, ...cluster });
      const input = { generation: of, requester: { uid: 'k3jx9a2b', operation: 9 }, next: stopped, ...wish };
      return asActivity(() => stopJob(made.dependencies, input));
    };

    test.each<[string, Partial<MadeUpCluster>]>([
      ['', { isGone: true }],
      // As the anchor itself would have it, the job began to run when that was made anew.
      ['and made anew', { notes: ranFor(0) }],
      ['and made anew by who knew of no submission', { notes: { [annotations.submission]: null } }],
    ])(
      'does not go on from there where its workflow knows that it has run for too long %s',
      async (_title, cluster) => {
        await expect(gone(knownFor(dayMs), cluster)).rejects.toMatchObject({
          type: 'STATE_TOO_OLD',
          message: expect.stringMatching(/since it was restored 86\d{3} s ago/),
        });
      },
    );

    test.each([
      ['where that is not long ago', knownFor(60_000)],
      ['where it was another submission that ran', knownFor(dayMs, stopped.submission + 1)],
      ['where nobody has seen it run', generation({}, { restoreFrom })],
    ])('goes on from there %s', async (_title, of) => {
      await expect(gone(of)).resolves.toMatchObject({ restorePoint: restoreFrom });
    });
  });

  test('runs on where its JobManager was replaced since', async () => {
    const counts = { restored: 1, total: 0, inProgress: 0, completed: 0, failed: 0 };
    const flink: Partial<FlinkClient> = {
      jobs: async () => [{ ...listedJob(stopped, 'RUNNING'), startedAtMs: Date.now() }],
      exceptions: async () => ({ history: [] }),
      checkpoints: async () => ({ counts, ...nothingRecent }),
      checkpointConfig: async () => undefined,
    };
    const { outcome } = stop({ flink, hasPods: true, notes: ranFor(dayMs) }, wish);
    await expect(outcome).resolves.toMatchObject({ refused: { code: 'STATE_TOO_OLD' } });
  });
});

test('a candidate whose state is too old cannot have its spec changed: it is told to be made anew', async () => {
  const candidate = generation({}, { candidate: true });
  const checkpoint = { path: 'file:/c/chk-7', modified: Date.now() - dayMs };
  const made = madeUpCluster({ generation: candidate, checkpoint });
  const [wish] = bringingBack([candidate], generation({ spec: { upgrade: { maxStateAge: '1h' } } }));
  const input = {
    how: 'cancel',
    generation: candidate,
    requester: { uid: 'k3jx9a2b', operation: 9 },
    ...wish,
  } as const;
  await expect(asActivity(() => stopJob(made.dependencies, input))).rejects.toMatchObject({
    type: 'STATE_TOO_OLD',
    details: [{ cure: expect.stringContaining('for the next candidate') }],
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
