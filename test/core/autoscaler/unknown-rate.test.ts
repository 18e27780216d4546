/** A vertex for which Flink gives no busy time, so that nobody knows what it can process; and metrics of the user's that speak of it. */
import { describe, expect, test } from '@jest/globals';
import { assert, double, integer, property } from 'fast-check';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { AutoscalerPolicy, CustomMetric } from '../../../core/autoscaler/policy.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import type { Figure, JobSample } from '../../../core/autoscaler/samples.ts';
import { inputOf, minute, workOf, type Load } from './jobs.ts';

const enough: Load = { rate: 700, busy: { source: 0.2, work: 0.8 } };
const unknown = { min: 'NaN', max: 'NaN', avg: 'NaN', sum: 'NaN' } as const;
const queue: CustomMetric = { name: 'queue', target: 100, kind: 'value', vertices: ['work'] };

interface Case {
  readonly metrics?: readonly CustomMetric[];
  readonly custom?: Readonly<Record<string, Figure>>;
  readonly policy?: Partial<AutoscalerPolicy>;
  readonly load?: Load;
  readonly work?: JobSample['vertices'][string];
  readonly minutes?: number;
}

function inputFor({
  metrics = [queue],
  custom = {},
  policy,
  load = enough,
  work,
  minutes = 12,
}: Case): AutoscalerInput {
  const input = inputOf(load, minutes * minute, { profile: 'drey', customMetrics: metrics, ...policy });
  const samples = input.samples.map(({ vertices, ...sample }) => {
    const blind = { ...vertices['work'], busyMsPerSecond: unknown, ...work };
    return { ...sample, custom, vertices: { ...vertices, work: blind } };
  });
  return { ...input, samples };
}

const reasonsOf = (input: AutoscalerInput) => decide(input).vertices.flatMap(({ reasons }) => reasons);
const perSubtask = { ...queue, kind: 'perSubtask' as const };
const rows: CustomMetric = { name: 'rows', target: 10, kind: 'value', vertices: [] };

describe('a vertex of which nobody knows what it can process', () => {
  // It has 4 subtasks.
  test.each<[string, Case, number | undefined]>([
    ['without a metric stays', { metrics: [] }, undefined],
    [
      'with a metric of another vertex stays',
      { metrics: [{ ...queue, vertices: ['source'] }], custom: { queue: 900 } },
      4,
    ],
    ['with a metric that has no value stays', {}, undefined],
    ['grows by value over target', { custom: { queue: 250 } }, 10],
    ['grows by what each subtask shall have', { metrics: [perSubtask], custom: { queue: 650 } }, 7],
    ['grows by the metric that asks for most', { metrics: [queue, rows], custom: { queue: 250, rows: 30 } }, 12],
    ['stays a little above the target', { custom: { queue: 109 } }, undefined],
    ['stays within its maximum', { custom: { queue: 900 }, policy: { vertices: { work: { max: 6 } } } }, 6],
    ['is brought within its bounds', { custom: { queue: 100 }, policy: { min: 5 } }, 5],
    [
      'stays where it is excluded',
      { custom: { queue: 900 }, policy: { vertices: { work: { excluded: true } } } },
      undefined,
    ],
    ['stays while subtasks have not reported', { custom: { queue: 900 }, work: { complete: false } }, undefined],
    ['stays while its counters count backwards', { custom: { queue: 900 }, work: { recordsOut: -1 } }, undefined],
  ])('%s', (_what, one, parallelism) => expect(workOf(decide(inputFor(one)))).toBe(parallelism));

  test('shrinks after an hour, by one step at most, unless a metric of it has no value', () => {
    // The source alone would free slots, too; both have one slot sharing group.
    const load: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
    const anHourLater = (one: Case) => {
      const { memory } = decide(inputFor({ load, ...one }));
      return workOf(decide({ ...inputFor({ load, ...one, minutes: 72 }), memory }));
    };
    expect(anHourLater({ custom: { queue: 10 } })).toBe(2);
    expect(anHourLater({ custom: { queue: 95 } })).toBeUndefined();
    expect(anHourLater({ metrics: [queue, rows], custom: { queue: 10 } })).toBeUndefined();
  });

  test('stays on its target also where fewer subtasks would hold as many key groups each', () => {
    // 700 subtasks have 2 of the 720 groups at most, as 360 would.
    const load: Load = { rate: 100, busy: { source: 0.05, work: 0.1 }, parallelism: 700 };
    const one: Case = { load, custom: { queue: 100 }, policy: { max: 720 } };
    const { memory } = decide(inputFor(one));
    const later = decide({ ...inputFor({ ...one, minutes: 72 }), memory });
    expect([Object.keys(memory.delayedScaleDowns), workOf(later)]).toEqual([['source'], undefined]);
  });

  test('says why', () => {
    expect(reasonsOf(inputFor({ metrics: [] })).map(({ code }) => code)).toContain('NO_BUSY_TIME');
    expect(decide(inputFor({ custom: { queue: 250 } }))).toMatchObject({
      reasons: [{ code: 'CUSTOM_METRIC', text: expect.stringContaining('queue is 250') }],
    });
  });

  test('never gets less for a larger value, and stays within its bounds', () => {
    const options = { scaleDownIntervalMs: 0 };
    const workFor = (value: number, max: number) => {
      const input = inputFor({ custom: { queue: value }, policy: { vertices: { work: { max } }, without: ['cost'] } });
      return (
        workOf(decide({ ...input, policy: { ...input.policy, options: { ...input.policy.options, ...options } } })) ?? 4
      );
    };
    const value = double({ min: 0, max: 5_000, noNaN: true });
    assert(
      property(value, value, integer({ min: 4, max: 60 }), (some, more, max) => {
        const least = workFor(some, max);
        expect(least).toBeGreaterThanOrEqual(1);
        expect(least).toBeLessThanOrEqual(max);
        expect(workFor(some + more, max)).toBeGreaterThanOrEqual(least);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test('is not judged by a scale-up of which nobody knows what it gained', () => {
    const scaled = rememberScaling(decide(inputFor({ custom: { queue: 250 } })), { atMs: 0 });
    const busy = inputOf({ rate: 700, busy: { source: 0.2, work: 1 }, parallelism: 10 }, 12 * minute, {
      profile: 'drey',
    });
    expect(decide({ ...busy, memory: scaled }).reasons[0].code).not.toBe('USELESS');
  });

  test('grows beside one whose load is known', () => {
    const load: Load = { rate: 700, busy: { source: 1, work: 1 }, lagGrowth: 200 };
    const { parallelism } = decide(inputFor({ load, custom: { queue: 250 } }));
    expect(parallelism).toMatchObject({ work: 10 });
    expect(parallelism?.['source']).toBeGreaterThan(4);
  });
});
