import { describe, expect, test } from '@jest/globals';
import { emptyMemory, type EngineMemory } from '../../../core/autoscaler/memory.ts';
import {
  compactMemory,
  isToBeWritten,
  noteText,
  takenUp,
  type MemoryNow,
} from '../../../core/autoscaler-agent/noted-memory.ts';
import { readAutoscalerNote } from '../../../core/schema/autoscaler-note.ts';

const minute = 60_000;

function waiting(...ids: readonly string[]): EngineMemory {
  const delayed = { sinceMs: 0, wishes: [{ atMs: 0, parallelism: 2, outside: true }] };
  return { ...emptyMemory, delayedScaleDowns: Object.fromEntries(ids.map((id) => [id, delayed])) };
}

const learned: EngineMemory = {
  ...emptyMemory,
  capacity: { a: [{ parallelism: 2, recordsPerSecond: 10, measured: 1, atMs: 0 }] },
};

/** What a job remembers of which a vertex goes on waiting, for so many subtasks. */
const wishing = (parallelism: number): EngineMemory => ({
  ...emptyMemory,
  delayedScaleDowns: { a: { sinceMs: 0, wishes: [{ atMs: 1, parallelism, outside: true }] } },
});

describe('what is remembered is written', () => {
  test.each<[string, Partial<MemoryNow>, boolean]>([
    ['where nothing was written yet', { written: undefined }, true],
    ['not while it is as it was', { nowMs: 99 * minute }, false],
    ['when something was told, whatever it is', { hasTold: true, nowMs: 0 }, true],
    ['when a vertex begins to wait', { memory: waiting('a'), nowMs: minute }, true],
    ['not at once: it may waver', { memory: waiting('a'), nowMs: minute / 4 }, false],
    ['what is learned, after ten minutes', { memory: learned, nowMs: 10 * minute }, true],
    ['not before', { memory: learned, nowMs: 10 * minute - 1 }, false],
  ])('%s', (_, change, expected) => {
    const written = { memory: emptyMemory, atMs: 0 };
    const now = { memory: emptyMemory, written, hasTold: false, nowMs: 0, windowMs: 15 * minute, ...change };
    expect(isToBeWritten(now)).toBe(expected);
  });

  test('when a vertex waits no longer, and not when it goes on waiting', () => {
    const written = { memory: waiting('a', 'b'), atMs: 0 };
    const now = { written, hasTold: false, nowMs: minute, windowMs: 15 * minute };
    expect(isToBeWritten({ ...now, memory: waiting('b') })).toBe(true);
    expect(isToBeWritten({ ...now, memory: waiting('a', 'b') })).toBe(false);
  });

  test.each([
    ['once in a window', 3 * minute, 3 * minute],
    ['no oftener than each half minute', 10_000, minute / 2],
    ['as often as what is learned, at least', 15 * minute, 10 * minute],
  ])('a wish of what waits to shrink, %s', (_, windowMs, everyMs) => {
    const written = { memory: wishing(2), atMs: 0 };
    const at = (nowMs: number, memory: EngineMemory) =>
      isToBeWritten({ memory, written, hasTold: false, nowMs, windowMs });
    expect([at(everyMs - 1, wishing(3)), at(everyMs, wishing(3))]).toEqual([false, true]);
    expect(at(99 * minute, wishing(2))).toBe(false);
    // What is learned otherwise waits its time.
    expect(at(10 * minute - 1, { ...wishing(2), capacity: learned.capacity })).toBe(false);
  });
});

const scaling = (atMs: number) => ({ atMs, from: 1, to: 2, trueRate: 'NaN', expectedRate: 2, targetRate: 3 }) as const;

/** Of a job with so many vertices, after a long life. */
function large(vertices: number): EngineMemory {
  const twenty = Array.from({ length: 20 }, (_, index) => index);
  const ids = Array.from({ length: vertices }, (_, index) => `vertex-${index}`.padEnd(32, 'x'));
  const points = twenty.map((index) => ({
    parallelism: index + 1,
    recordsPerSecond: 12_345.678 * index,
    measured: 7,
    atMs: 100 - index,
  }));
  return {
    ...waiting(...ids),
    capacity: Object.fromEntries(ids.map((id) => [id, points])),
    scalings: Object.fromEntries(ids.map((id) => [id, twenty.map(scaling)])),
    jobScalings: [{ atMs: 3, decision: 'd', to: { a: 2 }, pauseMs: 5 }],
    season: [null, { day: 3, today: 4 }, { day: 3, today: 4, usual: 5 }],
    distrusts: [{ vertex: 'a', above: 4, atMs: 1, untilMs: 2, times: 1 }],
  };
}

/** With every field, also those that may be absent, however deep: one that is added is missed here by the compiler. */
type Complete<T> = T extends object ? { [Key in keyof T]-?: Complete<T[Key]> } : T;

describe('a note', () => {
  test('is read as it was written', () => {
    const note = { memory: large(3), lastTold: 'abc', answered: 'key' };
    expect(readAutoscalerNote(noteText(note))).toEqual(note);
    expect(readAutoscalerNote(noteText({ memory: emptyMemory }))).toEqual({ memory: emptyMemory });
  });

  test('keeps all that is remembered', () => {
    const delayed = { sinceMs: 1, wishes: [{ atMs: 2, parallelism: 3, outside: true }] };
    const tooSmall = { bytes: 6, atMs: 7 };
    const memory: Complete<EngineMemory> = {
      scalings: { a: [{ atMs: 1, from: 1, to: 2, trueRate: 'NaN', expectedRate: 3, targetRate: 4 }] },
      jobScalings: [{ atMs: 1, decision: 'd', to: { a: 2 }, restartMs: 3, pauseMs: 4, byUpgrade: true }],
      delayedScaleDowns: { a: delayed },
      capacity: { a: [{ parallelism: 1, recordsPerSecond: 2, measured: 3, atMs: 4 }] },
      season: [null, { day: 1, today: 2, usual: 3 }],
      usual: { level: 1, deviation: 2, drift: -3, sinceMs: 4, atMs: 5 },
      fallingSinceMs: 6,
      distrusts: [{ vertex: 'a', above: 1, atMs: 2, untilMs: 3, times: 4 }],
      memoryGiven: { usualBytes: 7, givenBytes: 8, atMs: 9, isLess: true, leastBytes: 5, tooSmall },
      memoryTriedAtMs: 10,
      memoryRefused: { bytes: 11, untilMs: 12, times: 13 },
      watched: { bytes: 8, beforeBytes: 7, slots: 2, sinceMs: 3, alive: 0.5 },
      observed: { atMs: 14, runningSinceMs: 15, rates: { a: 16, b: 'Infinity' } },
      program: { digest: 'p', sinceMs: 17 },
    };
    expect(readAutoscalerNote(noteText({ memory }))).toEqual({ memory });
  });

  test.each([undefined, '', '{', '{}', '{"memory":{"scalings":[]}}'])('that is not understood is none: %j', (text) =>
    expect(readAutoscalerNote(text)).toBeUndefined(),
  );

  test('of a job with many vertices has room: what is old goes first', () => {
    const text = noteText({ memory: large(100) });
    expect(text.length).toBeLessThanOrEqual(64_000);
    const { capacity, scalings, jobScalings } = readAutoscalerNote(text)?.memory ?? emptyMemory;
    const [points = []] = Object.values(capacity);
    expect(points.map(({ parallelism }) => parallelism)).toEqual([1, 2]);
    expect(Object.values(scalings)[0]).toEqual([scaling(18), scaling(19)]);
    expect(jobScalings).toHaveLength(1);
  });

  test('of a job all of whose vertices were scaled often has room', () => {
    const to = Object.fromEntries(Object.keys(large(100).capacity).map((id) => [id, 8]));
    const jobScalings = Array.from({ length: 20 }, (_, atMs) => ({ atMs, decision: `d-${atMs}`, to }));
    const compact = compactMemory({ ...large(100), jobScalings }, 64_000);
    expect(JSON.stringify(compact).length).toBeLessThanOrEqual(64_000);
    expect(compact.jobScalings.at(-1)?.atMs).toBe(19);
  });

  test('that has room is left as it is', () => expect(compactMemory(large(3), 64_000)).toEqual(large(3)));
});

test('a scale-down that waited while nobody looked begins to wait anew, others go on', () => {
  const old = waiting('old').delayedScaleDowns['old'];
  const wishes = [...(old?.wishes ?? []), { atMs: 50 * minute, parallelism: 2, outside: true }];
  const memory = {
    ...learned,
    delayedScaleDowns: { ...waiting('old').delayedScaleDowns, fresh: { sinceMs: 0, wishes } },
  };
  expect(takenUp(memory, 60 * minute)).toEqual({ ...memory, delayedScaleDowns: { fresh: { sinceMs: 0, wishes } } });
});
