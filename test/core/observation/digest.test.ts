import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/observation/digest.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { findingOf } from '../../../core/recovery/table.ts';
import { ago, causedBy, jobIs, observation, pods, restartsAgo, troubled } from '../../support/observation-fixture.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const spec = smallSpec();

/** As an agent makes it: with what it finds. */
function digest(change: Partial<Observation> = {}): string {
  const seen = observation(change);
  return digestOf(seen, findingOf({ observation: seen, spec }));
}

const newest = (seconds: number, id = 7) => ({
  checkpoints: {
    intervalMs: 10_000,
    failures: 0,
    newest: { id, path: `file:/c/chk-${id}`, completedAtMs: ago(seconds) },
  },
});
const failing = (failures: number) => ({ checkpoints: { ...newest(5).checkpoints, failures } });
const crashed = (name: string, restarts: number) =>
  troubled('taskmanager', {
    name,
    restarts,
    waiting: 'CrashLoopBackOff',
    ended: { exitCode: restarts, atMs: ago(restarts) },
  });

describe('nobody is told', () => {
  test.each<[string, Partial<Observation>, Partial<Observation>]>([
    [
      'that time has passed',
      {},
      { seenAt: '2026-11-21T12:00:20.000Z', order: { attemptMs: 5000, seq: 900, elapsedMs: 7 } },
    ],
    ['that there is a newer checkpoint', newest(5), newest(1, 8)],
    [
      'how long Flink was not asked for the newest checkpoint',
      newest(5),
      { checkpoints: { ...newest(95).checkpoints, readAtMs: ago(90) } },
    ],
    [
      'that a savepoint keeps it from making checkpoints',
      newest(5),
      { checkpoints: { ...newest(900).checkpoints, savepointAtMs: ago(2) } },
    ],
    ['between which words Flink goes while it brings a job up', jobIs('RESTARTING', 4), jobIs('INITIALIZING', 5)],
    [
      'how far a job is on its way up',
      jobIs('CREATED'),
      { job: { ...jobIs('RUNNING').job, tasks: { running: 3, total: 4 } } },
    ],
    ['which pod it is, and how often it crashed', crashed('orders-a', 2), crashed('orders-b', 3)],
    ['of checkpoints that fail now and then', newest(5), failing(2)],
    ['how long a JobManager has been silent', jobIs('silent', 5), jobIs('silent', 50)],
    ['in which order things are missing', { missing: ['a', 'b'] }, { missing: ['b', 'a'] }],
  ])('%s', (_title, one, other) => expect(digest(one)).toBe(digest(other)));
});

describe('somebody is told', () => {
  test.each<[string, Partial<Observation>, Partial<Observation>]>([
    ['that a job is up', jobIs('CREATED'), {}],
    ['that a job is not up any more', {}, jobIs('RESTARTING')],
    ['that a job has failed', jobIs('RESTARTING'), jobIs('FAILED')],
    ['that a job is gone', {}, jobIs('absent')],
    ['that a JobManager is silent', {}, jobIs('silent', 1)],
    ['that it has been silent for too long', jobIs('silent', 1), jobIs('silent', 300)],
    [
      'that it is silent in a restart loop',
      { ...jobIs('RESTARTING'), ...restartsAgo(1, 2, 3, 4) },
      { ...jobIs('silent'), ...restartsAgo(1, 2, 3, 4) },
    ],
    ['that a person cancels it', jobIs('RESTARTING'), jobIs('CANCELLING')],
    ['why it restarts', jobIs('RESTARTING'), { ...jobIs('RESTARTING'), ...causedBy('OUT_OF_MEMORY') }],
    ['that another submission runs', {}, { submission: 2 }],
    ['that it has completed its first checkpoint', { checkpoints: { intervalMs: 10_000, failures: 0 } }, newest(5)],
    ['that its newest checkpoint gets old', newest(5), newest(100)],
    ['that it gets older still', newest(100), newest(200)],
    ['that checkpoints fail in a row', newest(5), failing(3)],
    ['that they go on to fail', failing(3), failing(4)],
    ['that a pod is missing', {}, { pods: { jobmanager: pods(1), taskmanager: pods(2, { ready: 1 }) } }],
    ['that a pod crashes', {}, crashed('orders-a', 2)],
    ['that a node is lost', {}, troubled('taskmanager', { node: 'n1', nodeLostMs: ago(1) }, { ready: 2 })],
    ['that an image is gone', {}, { podTrouble: { code: 'IMAGE_NOT_PULLED', message: 'm', cure: 'c' } }],
    ['that an object is missing', {}, { missing: ['Service a'] }],
    [
      'that an object was changed, and how',
      { changed: [{ object: 'a', what: 'x' }] },
      { changed: [{ object: 'a', what: 'y' }] },
    ],
    ['that nothing moves', {}, { standstill: { vertex: 'Map', windowMs: 200_000, recordsOut: 0, backpressure: 1 } }],
  ])('%s', (_title, one, other) => expect(digest(one)).not.toBe(digest(other)));
});

/** Goes down and up again every 20 s; looked at each second for so long. */
function signals(restarts: number): number {
  const told: string[] = [];
  for (let second = 0; second < restarts * 20; second += 1) {
    const downs = Array.from({ length: Math.floor(second / 20) }, (_, at) => second - (at + 1) * 20).toReversed();
    const isDown = second % 20 < 5 && second >= 20;
    const now = { ...jobIs(isDown ? 'RESTARTING' : 'RUNNING', second % 20), ...causedBy('JOB_FAILED') };
    const seen = digest({ ...now, restarts: { count: downs.length, recentMs: downs.map(ago).slice(0, 50) } });
    if (told.at(-1) !== seen) told.push(seen);
  }
  return told.length;
}

/** One checkpoint after the other, each of which takes so long, for an hour; looked at every 30 s. */
function signalsOfCheckpoints(intervalMs: number, durationMs: number): number {
  const told: string[] = [];
  for (let second = 600; second < 4_200; second += 30) {
    const ageMs = (second * 1_000) % Math.max(intervalMs, durationMs);
    const done = { id: 7, completedAtMs: ago(ageMs / 1_000), durationMs };
    const seen = digest({ checkpoints: { intervalMs, failures: 0, newest: done } });
    if (told.at(-1) !== seen) told.push(seen);
  }
  return told.length;
}

describe('a job that is well is told once, where its checkpoints', () => {
  test.each([
    ['are quick', 10_000, 400],
    ['take longer than the time between them', 60_000, 300_000],
    ['take much longer', 10_000, 540_000],
    ['are rare', 1_800_000, 10_000],
  ])('%s', (_title, intervalMs, durationMs) => expect(signalsOfCheckpoints(intervalMs, durationMs)).toBe(1));
});

describe('a job that restarts over and over', () => {
  test('is told a few times at first, then each time that the restarts have doubled', () => {
    expect([1, 2, 3, 4, 8, 16].map(signals)).toEqual([1, 3, 5, 6, 7, 9]);
    expect(signals(128) - signals(64)).toBeLessThanOrEqual(1);
  });
});

test('a digest is short, and the same everywhere', () => {
  expect(digest()).toMatch(/^[0-9a-f]{16}$/);
  // Kept on anchors: another value here makes every agent signal every job once.
  expect(digest()).toMatchInlineSnapshot(`"6b07e4edb37d1f20"`);
});
