import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import { codeOf, inputOf, jobOf, minute, samplesOf, workOf, type Load } from './jobs.ts';

/** 800/s arrive of which a lag of 100/s gathers: too much for four subtasks. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
const enough: Load = { rate: 700, busy: { source: 0.7, work: 0.7 } };

describe('when a decision may be taken (ScalingMetricCollector)', () => {
  test.each([
    ['before it is stable', 4.9, 'STABILIZING'],
    ['while the window fills', 6, 'WINDOW_NOT_FULL'],
    ['just before the window is full', 19.9, 'WINDOW_NOT_FULL'],
    ['20 minutes after it runs, with the defaults', 20, 'TOO_SMALL'],
  ])('%s', (_name, minutes, code) => {
    expect(codeOf(inputOf(tooMuch, minutes * minute))).toBe(code);
  });

  test.each([
    ['the autoscaler is off', { policy: { mode: 'off' as const } }, 'OFF'],
    ['job.autoscaler.enabled is false', { options: { enabled: false } }, 'OFF'],
  ])('never while %s', (_name, { policy = {}, options = {} }: { policy?: object; options?: object }, code) => {
    expect(codeOf(inputOf(tooMuch, 20 * minute, policy, options))).toBe(code);
  });

  test('never while the job does not run', () => {
    const input = { ...inputOf(tooMuch, 20 * minute), job: jobOf(4, { state: 'CREATED' }) };
    expect(decide(input).reasons[0]).toEqual({ code: 'NOT_RUNNING', text: 'The job is CREATED.' });
  });

  test.each(['backPressuredMsPerSecond', 'sourceRecordsIn', 'sourceRecordsInPerSecond'])(
    'samples without %s of each source do not count',
    (metric) => {
      const input = inputOf(tooMuch, 20 * minute);
      const samples = input.samples.map((sample) => {
        const told = Object.entries(sample.vertices['source'] ?? {}).filter(([name]) => name !== metric);
        return { ...sample, vertices: { ...sample.vertices, source: Object.fromEntries(told) } };
      });
      expect(codeOf({ ...input, samples })).toBe('TOO_FEW_SAMPLES');
      expect(codeOf({ ...input, samples: [...samples, ...input.samples.slice(-2)] })).toBe('WINDOW_NOT_FULL');
    },
  );

  test('samples from before a restart do not count', () => {
    const input = inputOf(tooMuch, 20 * minute);
    expect(codeOf({ ...input, job: jobOf(4, { runningSinceMs: 2 * minute }) })).toBe('WINDOW_NOT_FULL');
  });
});

describe('what is decided', () => {
  test('all that would change is changed together, in the words of the one that has to', () => {
    const decision = decide(inputOf(tooMuch, 20 * minute));
    // target 800; lag 120 000 over 1800 s; restart 800·300/1800; 800/0.7: 1343/s over 700/s for `work` at 4 → ⌈7.67⌉ = 8
    expect(decision).toMatchObject({
      action: 'scale',
      parallelism: { source: 4, work: 8 },
      vertices: [
        { id: 'source', recommended: 2, target: 4, reasons: [{ code: 'SCALE_DOWN_DELAYED' }] },
        { id: 'work', metrics: { TARGET_DATA_RATE: 800, TRUE_PROCESSING_RATE: 700 }, reasons: [{ code: 'TOO_SMALL' }] },
      ],
    });
  });

  test('the arithmetic is told', () => {
    const [, work] = decide(inputOf(tooMuch, 20 * minute)).vertices;
    expect(work?.arithmetic).toEqual([
      'capacity wanted = 800/s / 0.7 + restart 133/s + catch-up 66.7/s = 1343/s',
      'factor = 1343/s / 700/s = 1.92',
      'parallelism = ⌈1.92 × 4⌉ = 8',
    ]);
  });

  test('within the thresholds nothing is done', () => {
    expect(decide(inputOf(enough, 20 * minute))).toMatchObject({
      action: 'none',
      reasons: [{ code: 'WITHIN_THRESHOLDS' }],
    });
  });

  test('a scale-down waits an hour, and then is done', () => {
    const { memory } = decide(inputOf(little, 20 * minute));
    const later = { ...inputOf(little, 80 * minute), memory };
    expect(memory.delayedScaleDowns['work']?.wishes).toEqual([{ atMs: 20 * minute, parallelism: 2, outside: true }]);
    expect(
      workOf(decide({ ...later, nowMs: 80 * minute - 1, samples: samplesOf(little, 79 * minute) })),
    ).toBeUndefined();
    expect(workOf(decide(later))).toBe(2);
  });

  test('excluded vertices are left', () => {
    expect(decide(inputOf(tooMuch, 20 * minute, {}, { excludedVertices: ['work'] }))).toMatchObject({
      action: 'none',
      vertices: [{}, { reasons: [{ code: 'EXCLUDED' }] }],
    });
  });
});

describe('what holds a decision back', () => {
  const held: readonly (readonly [string, Partial<AutoscalerInput['policy']>, object, string])[] = [
    ['scaling is switched off', {}, { scalingEnabled: false }, 'SCALING_DISABLED'],
    ['an excluded period', {}, { excludedPeriods: ['00:10:00-00:30:00'] }, 'EXCLUDED_PERIOD'],
    ['a blackout', { blackouts: [{ cron: '15 * * * *', timeZone: 'UTC', lastsMs: 10 * minute }] }, {}, 'BLACKOUT'],
    ['the quota of the options: ⌊8/2⌋ · 1 core', {}, { quotaCpuCores: 3.9 }, 'QUOTA_REACHED'],
    ['a quota of memory', {}, { quotaMemoryBytes: 4 * 2 ** 30 - 1 }, 'QUOTA_REACHED'],
    ['the quota of the tenant', { quotas: [{ slots: 7, of: 'tenant' as const }] }, {}, 'QUOTA_REACHED'],
  ];

  test.each(held)('%s', (_name, policy, options, code) => {
    expect(decide(inputOf(tooMuch, 20 * minute, policy, options))).toMatchObject({
      action: 'none',
      reasons: [{ code }],
      vertices: [{}, { recommended: 8, target: 4 }],
    });
  });

  test.each([
    ['an excluded period at another time', {}, { excludedPeriods: ['00:10:00-00:19:00'] }],
    ['a quota that suffices', {}, { quotaCpuCores: 4 }],
    ['a blackout at another time', { blackouts: [{ cron: '21 * * * *', timeZone: 'UTC', lastsMs: minute }] }, {}],
  ])('not %s', (_name, policy, options) => {
    expect(decide(inputOf(tooMuch, 20 * minute, policy, options)).action).toBe('scale');
  });

  test('mode `advise` says what it would do', () => {
    expect(decide(inputOf(tooMuch, 20 * minute, { mode: 'advise' }))).toMatchObject({
      action: 'advise',
      parallelism: { work: 8 },
    });
  });
});

describe('what is remembered', () => {
  const decision = decide(inputOf(tooMuch, 20 * minute));
  const memory = rememberScaling(decision, { atMs: 20 * minute });

  test('each vertex that changed, with its rates; the job, with its decision', () => {
    expect(memory).toMatchObject({
      scalings: { work: [{ from: 4, to: 8, trueRate: 700, expectedRate: 1400, targetRate: 800 }] },
      jobScalings: [{ decision: decision.id, to: { work: 8 } }],
      delayedScaleDowns: {},
    });
  });

  test('how long it took, once the job runs with it', () => {
    const job = jobOf(8, { runningSinceMs: 21 * minute });
    const next = decide({ ...inputOf(tooMuch, 22 * minute), job, memory });
    expect(next.memory.jobScalings).toMatchObject([{ restartMs: minute }]);
  });

  test('three scalings of a vertex at most, and no longer than a day', () => {
    const many = {
      ...memory,
      scalings: { work: Array.from({ length: 5 }, (_, at) => ({ ...memory.scalings['work']?.[0], atMs: at })) },
    };
    const kept = (nowMs: number) =>
      decide({ ...inputOf(tooMuch, 22 * minute), nowMs, memory: many as never }).memory.scalings['work']?.length;
    expect([kept(22 * minute), kept(25 * 60 * minute)]).toEqual([3, undefined]);
  });
});

test('the same input gives the same decision, and survives JSON', () => {
  const input = inputOf(tooMuch, 20 * minute);
  const again = decide(JSON.parse(JSON.stringify(input)) as AutoscalerInput);
  expect(again).toEqual(decide(input));
  expect(JSON.parse(JSON.stringify(again))).toEqual(again);
});
