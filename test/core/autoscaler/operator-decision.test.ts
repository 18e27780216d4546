import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { emptyMemory, type EngineMemory } from '../../../core/autoscaler/memory.ts';
import type { OperatorOptions } from '../../../core/autoscaler/options.ts';
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

/** Decided at 1, 2 and 4 subtasks, when `work` could process 100, 180 and 300/s, and carried out each time. */
const sublinear = [
  [1, 100],
  [2, 180],
  [4, 300],
] as const;

function remembered(points: readonly (readonly [parallelism: number, rate: number])[]): EngineMemory {
  return points.reduce<EngineMemory>((memory, [parallelism, rate]) => {
    const decision = decide({ ...inputOf({ ...tooMuch, rate, parallelism }, 20 * minute), memory });
    return rememberScaling(decision, { atMs: 20 * minute });
  }, emptyMemory);
}

/** Source: `JobVertexScaler.calculateObservedScalingCoefficient`, after FLIP of observed scalability: the factor is divided by α. */
describe('what a vertex gained by parallelism before (observed-scalability)', () => {
  const on = { observedScalability: true };
  const at8: Load = { rate: 300, busy: { source: 0.3, work: 0.3 }, parallelism: 8 };
  const now = { ...on, scaleDownIntervalMs: 0 };

  test.each<[string, Load, readonly (readonly [number, number])[], Partial<OperatorOptions>, number]>([
    // 1343/s over 700/s at 4: ⌈7.68⌉
    ['is not asked where that is off, as it is by default', tooMuch, sublinear, {}, 8],
    ['counts from three scalings on', tooMuch, sublinear.slice(1), on, 8],
    ['or from as many as are said', tooMuch, sublinear.slice(1), { ...on, observedScalabilityMinObservations: 2 }, 9],
    // α = (1·100 + 2·180 + 4·300) / (21 · 100) = 0.79…, up to 0.8: ⌈7.68 / 0.8⌉
    ['makes a step up larger', tooMuch, sublinear, on, 10],
    // α = (100 + 2·100 + 4·100) / 2100, no less than 0.5: ⌈7.68 / 0.5⌉
    [
      'but at most twice as large',
      tooMuch,
      [
        [1, 100],
        [2, 100],
        [4, 100],
      ],
      on,
      16,
    ],
    [
      'never smaller',
      tooMuch,
      [
        [1, 100],
        [2, 300],
        [4, 900],
      ],
      on,
      8,
    ],
    // (300/0.7 + 300·300/1800) / 1000 · 8 = 3.83
    ['does not touch a step down where it is off', at8, sublinear, { scaleDownIntervalMs: 0 }, 4],
    ['makes a step down smaller: ⌈3.83 / 0.8⌉', at8, sublinear, now, 5],
    [
      'or none: ⌈3.83 / 0.5⌉',
      at8,
      [
        [1, 100],
        [2, 100],
        [4, 100],
      ],
      now,
      8,
    ],
  ])('%s', (_, load, points, options, expected) => {
    for (const profile of ['flink-operator-main', 'flink-operator-1.15'] as const)
      expect(decide({ ...inputOf(load, 20 * minute, { profile }, options), memory: remembered(points) })).toMatchObject(
        {
          action: 'scale',
          parallelism: { work: expected },
        },
      );
  });

  test('takes no vertex out of its thresholds: those know nothing of it', () => {
    const input = { ...inputOf(enough, 20 * minute, {}, on), memory: remembered(sublinear) };
    expect(decide(input)).toMatchObject({
      action: 'none',
      reasons: [{ code: 'WITHIN_THRESHOLDS' }],
      vertices: [{ recommended: 5 }, { recommended: 6, target: 4 }],
    });
  });

  test.each([
    ['flink-operator-main', 1_750],
    // Of the factor, not of what came of it: 1343 / 0.8 (FLINK-39743).
    ['flink-operator-1.15', 1_678.75],
  ] as const)('stands in the arithmetic, and in what %s expects', (profile, expectedRate) => {
    const input = { ...inputOf(tooMuch, 20 * minute, { profile }, on), memory: remembered(sublinear) };
    const [, work] = decide(input).vertices;
    expect(work?.arithmetic[1]).toBe('factor = 1343/s / 700/s / 0.8 = 2.4');
    expect(work?.metrics['EXPECTED_PROCESSING_RATE']).toBeCloseTo(expectedRate, 3);
  });
});

test('the same input gives the same decision, and survives JSON', () => {
  const input = inputOf(tooMuch, 20 * minute);
  const again = decide(JSON.parse(JSON.stringify(input)) as AutoscalerInput);
  expect(again).toEqual(decide(input));
  expect(JSON.parse(JSON.stringify(again))).toEqual(again);
});
