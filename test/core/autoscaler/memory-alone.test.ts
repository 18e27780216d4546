/** Memory that takes an upgrade: given by itself where heaps ask for it through a whole window, seldom, within limits, and not to and fro. */
import { describe, expect, test } from '@jest/globals';
import { assert, double, integer, property, record } from 'fast-check';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { heapOf } from '../../../core/autoscaler/heap-size.ts';
import { emptyMemory, type EngineMemory } from '../../../core/autoscaler/memory.ts';
import type { MemoryPolicy } from '../../../core/autoscaler/policy.ts';
import { rememberRefused, rememberScaling } from '../../../core/autoscaler/remember.ts';
import type { Aggregate, TaskManagerResources } from '../../../core/autoscaler/samples.ts';
import { inputOf, minute, type Load } from './jobs.ts';

const gb = 2 ** 30;
const hour = 60 * minute;
const day = 24 * hour;
const calm: Load = { rate: 700, busy: { source: 0.3, work: 0.6 } };
const evenly = (value: number): Aggregate => ({ min: value, max: value, avg: value, sum: value });

const sized = (bytes: number): TaskManagerResources => ({
  slots: 1,
  cpuCores: 1,
  memoryBytes: bytes,
  configuration: { 'taskmanager.memory.process.size': `${bytes}b` },
});

interface Seen {
  readonly bytes?: number;
  /** Shares: of a heap that are alive, of the time that garbage collection takes. */
  readonly alive?: number;
  readonly collecting?: number;
  readonly managedUsed?: number;
  readonly load?: Load;
  readonly minutes?: number;
  readonly policy?: Partial<MemoryPolicy>;
  readonly memory?: Partial<EngineMemory>;
}

/** A job whose heaps look so in every sample; it runs since time 0. */
function jobWith(seen: Seen): AutoscalerInput {
  const { bytes = 4 * gb, alive = 0.5, collecting = 0.02, managedUsed = 0, load = calm, minutes = 20 } = seen;
  const policy = { minBytes: gb, maxBytes: 8 * gb, isCarriedOut: true, byRestart: true, ...seen.policy };
  const input = inputOf(load, minutes * minute, { profile: 'drey', memory: policy });
  const taskManagers = {
    heapMaxBytes: evenly(gb),
    heapUsedBytes: evenly(alive * gb),
    gcMsPerSecond: evenly(collecting * 1000),
    managedUsedBytes: evenly(managedUsed),
  };
  return {
    ...input,
    job: { ...input.job, taskManagers: sized(bytes) },
    samples: input.samples.map((sample) => ({ ...sample, taskManagers })),
    memory: { ...emptyMemory, ...seen.memory },
  };
}

/** TaskManagers that were watched for so long. */
const watchedFor = (ms: number, alive: number, bytes = 4 * gb): Partial<EngineMemory> => ({
  watched: { bytes, slots: 4, sinceMs: 20 * minute - ms, alive },
});

const heap = (bytes: number) => heapOf(sized(bytes)) ?? Number.NaN;

describe('heaps that are too full', () => {
  test('throughout a window are made larger, at the same parallelism', () => {
    const decision = decide(jobWith({ alive: 0.9 }));
    expect(decision).toMatchObject({
      action: 'scale',
      parallelism: { source: 4, work: 4 },
      reasons: [{ code: 'HEAP_TOO_FULL' }],
      memoryGiven: { usualBytes: 4 * gb, atMs: 20 * minute },
    });
    const { memoryBytes = 0 } = decision;
    expect((0.9 * heap(4 * gb)) / heap(memoryBytes)).toBeLessThanOrEqual(0.65);
    expect((0.9 * heap(4 * gb)) / heap(memoryBytes - 64 * 2 ** 20)).toBeGreaterThan(0.65);
    expect(decision.memoryAdvice?.options).toEqual({ 'taskmanager.memory.process.size': `${memoryBytes / 2 ** 20}m` });
  });

  test.each<[string, Seen, string | undefined]>([
    ['that collect garbage for too long', { collecting: 0.3 }, 'GC_PRESSURE'],
    ['that are nearly too full', { alive: 0.8 }, undefined],
    ['of a window that is not full yet', { alive: 0.9, minutes: 16 }, undefined],
    ['of a job that is behind', { alive: 0.9, load: { ...calm, lag: 100_000 } }, undefined],
    ['that may have hardly more', { alive: 0.9, policy: { maxBytes: 4.3 * gb } }, undefined],
    ['that may have a little more', { alive: 0.9, policy: { maxBytes: 4.5 * gb } }, 'HEAP_TOO_FULL'],
    ['5 h after the last change', { alive: 0.9, memory: { memoryGiven: given(-5 * hour) } }, undefined],
    [
      'at once after memory was taken back',
      { alive: 0.9, memory: { memoryGiven: given(0, { isLess: true }) } },
      'HEAP_TOO_FULL',
    ],
    [
      '5 h after it was asked for in vain, also after memory was taken back',
      { alive: 0.9, memory: { memoryGiven: given(0, { isLess: true }), memoryTriedAtMs: -4 * hour } },
      undefined,
    ],
    ['6 h after the last change', { alive: 0.9, memory: { memoryGiven: given(-6 * hour) } }, 'HEAP_TOO_FULL'],
  ])('%s', (_what, seen, code) => {
    const decision = decide(jobWith(seen));
    expect([decision.memoryBytes === undefined, decision.reasons.find((one) => one.code === code)?.code]).toEqual([
      code === undefined,
      code,
    ]);
  });

  test('in some samples alone are left as they are', () => {
    const input = jobWith({ alive: 0.9 });
    const [emptier] = jobWith({ alive: 0.5 }).samples;
    const samples = input.samples.map((one, at) =>
      at === 15 ? { ...one, ...(emptier && { taskManagers: emptier.taskManagers ?? {} }) } : one,
    );
    expect(decide({ ...input, samples }).memoryBytes).toBeUndefined();
  });

  test('are told of, where memory is not given', () => {
    const onlyTold = { code: 'MEMORY_NOT_GIVEN', text: 'It is not given.' };
    const decision = decide(jobWith({ alive: 0.9, policy: { isCarriedOut: false, onlyTold } }));
    expect(decision).toMatchObject({
      action: 'advise',
      memoryAdvice: { reasons: [{ code: 'HEAP_TOO_FULL' }, onlyTold] },
    });
    expect([decision.memoryBytes, decision.parallelism]).toEqual([undefined, undefined]);
  });
});

/** What is remembered after so many tries in a row for which there was no room. */
function refused(times: number, atMs = 0): EngineMemory {
  const again = (memory: EngineMemory) => rememberRefused(memory, 6 * gb, atMs);
  return Array.from({ length: times }).reduce<EngineMemory>(again, emptyMemory);
}

describe('more memory for which there was no room', () => {
  test.each([
    [1, 1],
    [2, 2],
    [4, 8],
    [7, 16],
  ])('%i times in a row is tried again after %i days', (times, days) => {
    expect(refused(times).memoryRefused).toEqual({ bytes: 6 * gb, untilMs: days * day, times });
  });

  test('is not asked for until then, and that is said', () => {
    const memory = refused(1, -23 * hour);
    const decision = decide(jobWith({ alive: 0.9, memory }));
    expect([decision.action, decision.memoryBytes]).toEqual(['none', undefined]);
    expect(decision.reasons[0]).toMatchObject({
      code: 'MEMORY_REFUSED',
      text: expect.stringMatching(/too full\. There was no room for 6 GiB; more is tried again in 40 min\.$/),
    });
    expect(decide(jobWith({ alive: 0.9, memory: refused(1, -day) })).memoryBytes).toBeGreaterThan(4 * gb);
  });

  test('does not hold up what is larger by now, or asks for nothing', () => {
    const memory = refused(1, -23 * hour);
    expect(decide(jobWith({ alive: 0.9, bytes: 6 * gb, memory })).memoryBytes).toBeGreaterThan(6 * gb);
    expect(decide(jobWith({ memory })).reasons.map(({ code }) => code)).not.toContain('MEMORY_REFUSED');
  });

  test('is forgotten once memory was given, and counts anew after long', () => {
    const decision = decide(jobWith({ alive: 0.9 }));
    const memory = refused(3);
    expect(rememberScaling({ ...decision, memory }, { atMs: 5 }).memoryRefused).toBeUndefined();
    const { memoryBytes: _none, ...parallelismAlone } = decision;
    expect(rememberScaling({ ...parallelismAlone, memory }, { atMs: 5 }).memoryRefused).toEqual(memory.memoryRefused);
    expect(rememberRefused(memory, gb, 20 * day).memoryRefused?.times).toBe(1);
  });
});

function given(atMs: number, change: Partial<EngineMemory['memoryGiven']> = {}) {
  return { usualBytes: 4 * gb, givenBytes: 4 * gb, atMs: 20 * minute + atMs, ...change };
}

describe('heaps that are too large', () => {
  const small: Seen = { alive: 0.2, memory: watchedFor(day, 0.2) };

  test('for a day are made smaller', () => {
    const decision = decide(jobWith(small));
    expect(decision).toMatchObject({ action: 'scale', reasons: [{ code: 'HEAP_TOO_LARGE' }] });
    // By what is alive it would be 1.7 GB: it is halved at most.
    expect(decision.memoryBytes).toBe(2 * gb);
  });

  test.each<[string, Seen, number | undefined]>([
    ['for less than a day', { ...small, memory: watchedFor(day - minute, 0.2) }, undefined],
    ['now, and were fuller in the day', { ...small, memory: watchedFor(day, 0.6) }, undefined],
    ['on TaskManagers of another size', { ...small, memory: watchedFor(day, 0.2, 3 * gb) }, undefined],
    ['and collect garbage', { ...small, collecting: 0.1 }, undefined],
    [
      'where the user sets no minimum: they keep what the user gave',
      { ...small, policy: { minBytes: 4 * gb } },
      undefined,
    ],
    ['as far as the user allows', { ...small, policy: { minBytes: 3 * gb } }, 3 * gb],
    ['beside managed memory that is used', { ...small, managedUsed: 1000 }, undefined],
    [
      'after somebody has raised them',
      {
        ...small,
        memory: { watched: { bytes: 4 * gb, beforeBytes: 3 * gb, slots: 4, sinceMs: -2 * day, alive: 0.2 } },
      },
      undefined,
    ],
    [
      'as far as somebody had raised them, before more was given',
      { ...small, memory: { ...watchedFor(day, 0.2), memoryGiven: given(-7 * hour, { leastBytes: 3 * gb }) } },
      3 * gb,
    ],
    [
      'not to a size that collected too much garbage',
      {
        ...small,
        memory: {
          ...watchedFor(day, 0.2),
          memoryGiven: given(-7 * hour, { tooSmall: { bytes: 3 * gb, atMs: -hour } }),
        },
      },
      3 * gb + 64 * 2 ** 20,
    ],
    [
      'also to a size that collected too much garbage under another program',
      {
        ...small,
        memory: {
          ...watchedFor(day, 0.2),
          memoryGiven: given(-7 * hour, { tooSmall: { bytes: 3 * gb, atMs: -hour } }),
          program: { digest: 'p', sinceMs: -minute },
        },
      },
      2 * gb,
    ],
  ])('%s', (_what, seen, bytes) => {
    expect(decide(jobWith(seen)).memoryBytes).toBe(bytes);
  });
});

test('parallelism and memory together are one decision', () => {
  const load: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 700 };
  const decision = decide(jobWith({ load, alive: 0.9, collecting: 0.4 }));
  expect(decision.parallelism?.['work']).toBeGreaterThan(4);
  expect(decision.memoryBytes).toBeGreaterThan(4 * gb);
});

test('what a restart with memory took says nothing of rescales', () => {
  const decision = decide(jobWith({ alive: 0.9 }));
  const [scaling] = rememberScaling(decision, { atMs: 5, pauseMs: 60_000 }).jobScalings;
  expect(scaling).toEqual({ atMs: 5, decision: decision.id, to: {}, byUpgrade: true });
});

const anyHeap = record({
  aliveBytes: integer({ min: 1, max: 6_000 }),
  tooSmallBelow: integer({ min: 0, max: 6_000 }),
  megabytes: integer({ min: 1_024, max: 8_192 }),
  managedUsed: integer({ min: 0, max: 1 }),
});

describe('whatever is alive', () => {
  test('memory stays within its limits', () => {
    const limits = record({ min: integer({ min: 1, max: 4 }), more: integer({ min: 0, max: 4 }) });
    assert(
      property(
        limits,
        double({ min: 0.01, max: 1, noNaN: true }),
        double({ min: 0, max: 0.9, noNaN: true }),
        (limit, alive, collecting) => {
          const policy = { minBytes: limit.min * gb, maxBytes: (limit.min + limit.more) * gb };
          const seen = {
            alive,
            collecting,
            policy,
            bytes: Math.min(policy.maxBytes, Math.max(policy.minBytes, 3 * gb)),
          };
          const { memoryBytes = policy.minBytes } = decide(
            jobWith({ ...seen, memory: watchedFor(day, alive, seen.bytes) }),
          );
          expect(memoryBytes).toBeGreaterThanOrEqual(policy.minBytes);
          expect(memoryBytes).toBeLessThanOrEqual(policy.maxBytes);
        },
      ),
      { seed: 7, numRuns: 150 },
    );
  });

  test('a constant load settles within days: what was too little is made good, and then stays', () => {
    assert(
      property(anyHeap, ({ aliveBytes, tooSmallBelow, megabytes, managedUsed }) => {
        const sizes = follow(megabytes * 2 ** 20, { aliveBytes, tooSmallBelow, managedUsed });
        const steps = sizes.slice(1).map((size, at) => Math.sign(size - (sizes[at] ?? size)));
        expect(steps.filter((step, at) => step < 0 && steps.slice(0, at).includes(1))).toEqual([]);
        expect(new Set(sizes.slice(-8)).size).toBe(1);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

/** Every seven hours for twelve days, with what was decided carried out. Heaps hold the same bytes, and collect much below a size. */
function follow(
  begin: number,
  { aliveBytes, tooSmallBelow, managedUsed }: { aliveBytes: number; tooSmallBelow: number; managedUsed: number },
): readonly number[] {
  let [bytes, memory]: [number, EngineMemory] = [begin, emptyMemory];
  return Array.from({ length: 42 }, (_, turn) => {
    const alive = Math.min(1, (aliveBytes * 2 ** 20) / heap(bytes));
    const collecting = heap(bytes) < tooSmallBelow * 2 ** 20 ? 0.5 : 0.02;
    const atMs = turn * 7 * hour;
    const seen = jobWith({ bytes, alive, collecting, managedUsed });
    const later = {
      ...seen,
      nowMs: seen.nowMs + atMs,
      job: { ...seen.job, runningSinceMs: atMs },
      samples: seen.samples.map((one) => ({ ...one, atMs: one.atMs + atMs, runningSinceMs: atMs })),
      memory,
    };
    const decision = decide(later);
    memory = decision.action === 'scale' ? rememberScaling(decision, { atMs: later.nowMs }) : decision.memory;
    bytes = decision.memoryBytes ?? bytes;
    return bytes;
  });
}
