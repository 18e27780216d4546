/** What is told of a job past Temporal, and when that is something new. */
import { describe, expect, test } from '@jest/globals';
import { factOf, saysOther, seenPathMax } from '../../../core/observation/job-seen.ts';
import type { CheckpointObserved, Observation } from '../../../core/observation/observation.ts';
import { ago, jobIs, observation, pods } from '../../support/observation-fixture.ts';

const newest: CheckpointObserved = {
  id: 77,
  path: 'file:/c/chk-77',
  completedAtMs: ago(12),
  durationMs: 400,
  sizeBytes: 3_565_158,
};
const of = (change: Partial<Observation> = {}) =>
  observation({ checkpoints: { readAtMs: ago(1), newest, failures: 0 }, ...change });

describe('a fact', () => {
  test('says what an observation says, and which of two is newer', () => {
    const slots = { total: 4, free: 1 };
    expect(factOf(of({ order: { attemptMs: 5, seq: 9, elapsedMs: 3 } }), slots)).toEqual({
      uid: 'abcdefgh',
      submission: 1,
      attemptMs: 5,
      seq: 9,
      seen: {
        at: '2026-11-21T12:00:00.000Z',
        generation: 2,
        state: 'RUNNING',
        tasks: { running: 4, total: 4 },
        restarts: 0,
        checkpoints: {
          readAt: '2026-11-21T11:59:59.000Z',
          newest: {
            id: 77,
            path: 'file:/c/chk-77',
            completedAt: '2026-11-21T11:59:48.000Z',
            durationMs: 400,
            sizeBytes: 3_565_158,
          },
          failures: 0,
        },
        taskManagers: { ready: 2, wanted: 2 },
        slots,
      },
    });
  });

  test('of a JobManager that has never answered says nothing of checkpoints', () => {
    const { checkpoints: _none, ...silent } = of(jobIs('silent'));
    const { seen } = factOf(silent, undefined);
    expect(seen).toMatchObject({ state: 'silent' });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['checkpoints']));
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['slots']));
  });

  test('leaves out a path that no file system has', () => {
    const path = 'x'.repeat(seenPathMax + 1);
    const { seen } = factOf(of({ checkpoints: { newest: { ...newest, path }, failures: 0 } }), undefined);
    expect(seen.checkpoints?.newest).toMatchObject({ id: 77 });
    expect(seen.checkpoints?.newest?.path).toBeUndefined();
  });
});

describe('it is news', () => {
  test.each<[string, Partial<Observation>, boolean]>([
    [
      'not for being seen again',
      { seenAt: '2026-11-21T12:00:10.000Z', order: { attemptMs: 2, seq: 2, elapsedMs: 0 } },
      false,
    ],
    ['not where Flink says the same again', { checkpoints: { readAtMs: ago(0), newest, failures: 0 } }, false],
    ['with another checkpoint', { checkpoints: { newest: { ...newest, id: 78 }, failures: 0 } }, true],
    ['with a checkpoint that failed', { checkpoints: { newest, failures: 1 } }, true],
    ['with a restart', { restarts: { count: 1, recentMs: [] } }, true],
    ['with another state', jobIs('RESTARTING'), true],
    ['with a TaskManager less', { pods: { jobmanager: pods(1), taskmanager: pods(2, { ready: 1 }) } }, true],
    ['of another submission', { submission: 2 }, true],
  ])('%s', (_what, change, expected) => {
    expect(saysOther(factOf(of(), undefined), factOf(of(change), undefined))).toBe(expected);
  });
});
