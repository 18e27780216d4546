/** Profile drey gives TaskManagers more memory before more parallelism, and fewer of them what they need; and takes it back. */
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { heapOf, withHeap } from '../../../core/autoscaler/heap-size.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import type { Aggregate, TaskManagerResources } from '../../../core/autoscaler/samples.ts';
import { inputOf, minute, workOf, type Load } from './jobs.ts';

const gb = 2 ** 30;
const processSize = 'taskmanager.memory.process.size';

const sized = (gigabytes: number): TaskManagerResources => ({
  slots: 1,
  cpuCores: 1,
  memoryBytes: gigabytes * gb,
  configuration: { [processSize]: `${gigabytes}g` },
});

const evenly = (value: number): Aggregate => ({ min: value, max: value, avg: value, sum: value });

interface Heaps {
  readonly alive: number;
  readonly collecting?: number;
  readonly gigabytes?: number;
  /** None: 0. */
  readonly most?: number;
  /** Else it is only advised. */
  readonly isCarriedOut?: boolean;
}

/** A job under a load whose heaps are so full, and may be given so much. */
function jobWith(
  load: Load,
  minutes: number,
  { alive, collecting = 0.02, gigabytes = 4, most = 8, isCarriedOut = true }: Heaps,
): AutoscalerInput {
  const memory = most === 0 ? {} : { memory: { maxBytes: most * gb, isCarriedOut } };
  const input = inputOf(load, minutes * minute, { profile: 'drey', ...memory });
  const taskManagers = {
    heapMaxBytes: evenly(gb),
    heapUsedBytes: evenly(alive * gb),
    gcMsPerSecond: evenly(collecting * 1000),
  };
  return {
    ...input,
    job: { ...input.job, taskManagers: sized(gigabytes) },
    samples: input.samples.map((sample) => ({ ...sample, taskManagers })),
  };
}

/** 780/s arrive and 700/s are processed: a seventh more would do. */
const little: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 80 };
const much: Load = { ...little, lagGrowth: 700 };

const processOf = (input: AutoscalerInput) => decide(input).memoryAdvice?.options[processSize];

describe('garbage collection that takes too much of the time', () => {
  test('gets memory instead of parallelism where that is enough', () => {
    const decision = decide(jobWith(little, 12, { alive: 0.9, collecting: 0.4 }));
    expect(decision).toMatchObject({
      action: 'scale',
      parallelism: { source: 4, work: 4 },
      reasons: [{ code: 'GC_PRESSURE' }],
      memoryGiven: { usualBytes: 4 * gb },
    });
    expect(decision.memory.memoryGiven).toBeUndefined();
    expect(rememberScaling(decision, { atMs: 0 }).memoryGiven).toEqual(decision.memoryGiven);
    expect(decision.memoryAdvice?.options[processSize]).toBe('4800m');
  });

  test('gets both where it is not, and less parallelism than without', () => {
    const pressed = decide(jobWith(much, 12, { alive: 0.9, collecting: 0.4 }));
    const unpressed = decide(jobWith(much, 12, { alive: 0.5 }));
    expect(pressed.memoryAdvice).toBeDefined();
    expect(workOf(pressed)).toBeGreaterThan(4);
    expect(workOf(pressed)).toBeLessThan(workOf(unpressed) ?? 0);
    expect(unpressed.memoryAdvice).toBeUndefined();
  });

  test.each([
    ['no more than the user allows', { alive: 0.9, collecting: 0.4, most: 4.25 }, '4288m'],
    ['nothing where the user allows nothing', { alive: 0.9, collecting: 0.4, most: 0 }, undefined],
    ['nothing where it takes no more than usual', { alive: 0.9, collecting: 0.07 }, undefined],
  ])('gets %s', (_name, heaps, expected) => {
    expect(processOf(jobWith(little, 12, heaps))).toBe(expected);
  });

  test('gets parallelism alone where the feature is switched off', () => {
    const input = jobWith(little, 12, { alive: 0.9, collecting: 0.4 });
    const decision = decide({ ...input, policy: { ...input.policy, without: ['memory'] } });
    expect([decision.memoryAdvice, decision.action]).toEqual([undefined, 'scale']);
  });

  test('gets nothing beyond a quota', () => {
    const input = jobWith(little, 12, { alive: 0.9, collecting: 0.4 });
    const policy = { ...input.policy, quotas: [{ memoryBytes: 17 * gb }] };
    expect(decide({ ...input, policy }).reasons[0].code).toBe('QUOTA_REACHED');
  });
});

describe('a TaskManager that was lost for want of memory', () => {
  const lost = (atMinute: number, more: Partial<Heaps> = {}, memoryBytes = 4 * gb): AutoscalerInput => {
    const input = jobWith({ ...little, lagGrowth: 0, rate: 100, busy: { source: 0.1, work: 0.3 } }, 12, {
      alive: 0.5,
      ...more,
    });
    return { ...input, job: { ...input.job, outOfMemory: { atMs: atMinute * minute, memoryBytes } } };
  };

  test('is given half as much again, before anything is known of its load', () => {
    expect(processOf(lost(11))).toBe('6144m');
    expect(processOf({ ...lost(11), samples: [] })).toBe('6144m');
  });

  test.each([
    ['an hour ago', lost(-60)],
    ['that was smaller', lost(11, {}, 3 * gb)],
  ])('%s is forgotten', (_name, input) => {
    expect(processOf(input)).toBeUndefined();
  });

  test('is answered once', () => {
    const input = lost(11);
    const memory = rememberScaling(decide(input), { atMs: 12 * minute });
    expect(processOf({ ...input, memory })).toBeUndefined();
  });

  test('keeps the job from shrinking where it may be given no more', () => {
    expect(decide(lost(11, { most: 4 })).reasons[0]).toMatchObject({ code: 'OUT_OF_MEMORY' });
  });
});

describe('fewer TaskManagers', () => {
  const idle: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
  const shrinking = (heaps: Heaps) => {
    const { memory } = decide(jobWith(idle, 12, heaps));
    return decide({ ...jobWith(idle, 72, heaps), memory });
  };

  test.each([
    ['as they are, where they hold what is alive', { alive: 0.3 }, 2, undefined],
    ['with more memory each, where they do not', { alive: 0.45 }, 2, '4800m'],
    ['not at all, where that costs what it saves', { alive: 0.9 }, undefined, undefined],
    ['not at all, where the user allows no more memory', { alive: 0.6, most: 0 }, undefined, undefined],
    [
      'not at all, where garbage collection says that heaps are full',
      { alive: 0.3, collecting: 0.3, most: 4 },
      undefined,
      undefined,
    ],
  ])('%s', (_name, heaps, work, process) => {
    const decision = shrinking(heaps);
    expect([workOf(decision), decision.memoryAdvice?.options[processSize]]).toEqual([work, process]);
  });

  test('say why they are not fewer', () => {
    expect(shrinking({ alive: 0.9, most: 0 }).reasons[0].code).toBe('HEAP_TOO_SMALL');
  });
});

describe('memory that nobody gives', () => {
  const pressed = { alive: 0.9, collecting: 0.4 };
  const advised = { ...pressed, isCarriedOut: false };
  const quiet: Load = { ...little, lagGrowth: 0, rate: 100, busy: { source: 0.1, work: 0.3 } };
  const lost = (isCarriedOut: boolean): AutoscalerInput => {
    const input = jobWith(quiet, 12, { alive: 0.5, isCarriedOut });
    return { ...input, job: { ...input.job, outOfMemory: { atMs: 11 * minute, memoryBytes: 4 * gb } } };
  };

  test.each([
    ['little', little],
    ['much', much],
  ])('is told, and changes nothing of how far a job grows that lacks %s', (_name, load) => {
    const decision = decide(jobWith(load, 12, advised));
    const without = decide(jobWith(load, 12, { ...pressed, most: 0 }));
    expect(without.action).toBe('scale');
    expect([decision.action, decision.parallelism]).toEqual([without.action, without.parallelism]);
    expect(decision.memoryAdvice?.options[processSize]).toBe('4800m');
    expect(decision.reasons.map(({ code }) => code)).toContain('GC_PRESSURE');
    expect(rememberScaling(decision, { atMs: 0 }).memoryGiven).toBeUndefined();
  });

  test('is not counted against a quota', () => {
    const input = jobWith(little, 12, advised);
    const free = decide(input);
    const slots = Math.max(...Object.values(free.parallelism ?? {}));
    const under = (memoryBytes: number) => decide({ ...input, policy: { ...input.policy, quotas: [{ memoryBytes }] } });
    expect(under(slots * 4 * gb).parallelism).toEqual(free.parallelism);
    expect(under(slots * 4 * gb - 1)).toMatchObject({ action: 'advise', reasons: [{ code: 'QUOTA_REACHED' }, {}, {}] });
  });

  test('is advised after a loss, also where nothing is known of the load: that is no scaling', () => {
    for (const input of [lost(false), { ...lost(false), samples: [] }]) {
      const decision = decide(input);
      expect([decision.action, decision.reasons[0].code]).toEqual(['advise', 'OUT_OF_MEMORY']);
      expect(decision.parallelism).toBeUndefined();
      expect(decision.memoryAdvice?.options[processSize]).toBe('6144m');
    }
    expect(decide(lost(true)).action).toBe('scale');
  });

  test('lets no job shrink that would need it', () => {
    const idle: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
    const heaps = { alive: 0.6, isCarriedOut: false };
    const { memory } = decide(jobWith(idle, 12, heaps));
    expect(decide({ ...jobWith(idle, 72, heaps), memory })).toMatchObject({
      action: 'none',
      reasons: [{ code: 'HEAP_TOO_SMALL' }],
    });
  });
});

describe('memory that was given', () => {
  const given = { usualBytes: 4 * gb, givenBytes: 8 * gb };
  /** Managed and network memory as with 4 GB: these keep their sizes. */
  const poolsOfFour = {
    'taskmanager.memory.managed.size': '1372m',
    'taskmanager.memory.network.min': '343m',
    'taskmanager.memory.network.max': '343m',
  };
  const growing = (alive: number, gigabytes = 8): AutoscalerInput => {
    const input = jobWith(much, 12, { alive, gigabytes });
    const { configuration, ...resources } = sized(gigabytes);
    const taskManagers = { ...resources, configuration: { ...configuration, ...poolsOfFour } };
    return { ...input, job: { ...input.job, taskManagers }, memory: { ...input.memory, memoryGiven: given } };
  };

  test.each([
    ['goes back with a rescale that leaves room', growing(0.1), '4096m'],
    ['goes back as far as heaps allow', growing(0.6), '4224m'],
    ['goes back as far as fuller heaps allow', growing(0.95), '4992m'],
    ['is nobody else’s: a size that the user has changed stays', growing(0.1, 6), undefined],
  ])('%s', (_name, input, expected) => {
    expect(decide(input).action).toBe('scale');
    expect(processOf(input)).toBe(expected);
  });
});

describe('a TaskManager for a heap', () => {
  test.each([
    ['by the size of the process', { [processSize]: '4g' }],
    ['by the size of Flink', { 'taskmanager.memory.flink.size': '3g' }],
    ['with little managed memory', { [processSize]: '4g', 'taskmanager.memory.managed.fraction': '0.1' }],
  ])('%s: has that heap, and hardly more', (_name, configuration) => {
    const resources: TaskManagerResources = { slots: 1, memoryBytes: 4 * gb, configuration };
    const wanted = 1.7 * (heapOf(resources) ?? 0);
    const found = withHeap(resources, wanted);
    const kept = Object.entries(configuration).filter(([key]) => !found?.removed.includes(key));
    const after = heapOf({ slots: 1, configuration: { ...Object.fromEntries(kept), ...found?.options } }) ?? 0;
    expect(after).toBeGreaterThanOrEqual(wanted);
    expect(after).toBeLessThan(wanted + 0.3 * gb);
  });

  test('is not known without its configuration, or by one that Flink refuses', () => {
    expect(withHeap({ slots: 1, memoryBytes: gb }, gb)).toBeUndefined();
    const configuration = { [processSize]: '4g', 'taskmanager.memory.managed.fraction': '2' };
    expect(withHeap({ slots: 1, memoryBytes: 4 * gb, configuration }, gb)).toBeUndefined();
  });
});
