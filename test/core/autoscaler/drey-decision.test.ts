import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision, AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { AutoscalerPolicy, Feature } from '../../../core/autoscaler/policy.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import { vertex } from './fixtures.ts';
import { codeOf, inputOf, jobOf, minute, samplesOf, workOf, type Load } from './jobs.ts';

const drey = (policy: Partial<AutoscalerPolicy> = {}): Partial<AutoscalerPolicy> => ({ profile: 'drey', ...policy });
const without = (...features: Feature[]) => drey({ without: features });

/** 900/s arrive, 700/s are processed: `work` has too few subtasks. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
const enough: Load = { rate: 700, busy: { source: 0.2, work: 0.8 } };

describe('the slots that a decision comes to', () => {
  const input = inputOf(tooMuch, 12 * minute, drey());
  const inGroups = (...groups: (string | undefined)[]): AutoscalerInput => {
    const vertices = input.job.vertices.map((one, index) => {
      const { slotSharingGroup: _own, ...rest } = one;
      const slotSharingGroup = groups[index];
      return { ...rest, ...(slotSharingGroup !== undefined && { slotSharingGroup }) };
    });
    return { ...input, job: { ...input.job, vertices } };
  };

  test.each([
    ['of one group are those of its widest vertex', inGroups('g', 'g'), 8],
    ['of several are summed', inGroups('g', 'h'), 12],
    ['of no known group are those of one', inGroups(undefined, undefined), 8],
  ])('%s', (_what, of, slots) => expect(decide(of)).toMatchObject({ parallelism: { source: 4, work: 8 }, slots }));

  test('are not said where nothing is to change', () => {
    expect(decide(inputOf(enough, 12 * minute, drey()))).not.toHaveProperty('slots');
  });
});

describe('a load that is too much', () => {
  test('is answered within minutes, by what it takes to work off the backlog in time', () => {
    // 900/s and (144 000 waiting + 60 s of a pause) within 8 min: 1313/s; 900/0.7 = 1286/s is less. 1313/700 · 4 = 7.5.
    expect(decide(inputOf(tooMuch, 12 * minute, drey()))).toMatchObject({
      action: 'scale',
      parallelism: { work: 8 },
      reasons: [{ code: 'TOO_SMALL' }],
    });
  });

  test.each([
    [1, 'STABILIZING'],
    [3, 'WINDOW_NOT_FULL'],
    [4, 'TOO_SMALL'],
  ])('after %i minutes: %s', (minutes, code) => {
    expect(decide(inputOf(tooMuch, minutes * minute, drey())).reasons[0].code).toBe(code);
  });

  test('is answered after a short window, too, whose samples do not fall on its bounds', () => {
    const short = { windowMs: 10_000, stabilizationMs: 1000 };
    const { samples: _, ...input } = inputOf(tooMuch, 0, drey(), short);
    const after = (nowMs: number) => decide({ ...input, nowMs, samples: samplesOf(tooMuch, nowMs, 1013) });
    expect([10 * 1013, 11 * 1013, 40 * 1013].map((nowMs) => after(nowMs).reasons[0].code)).toEqual([
      'WINDOW_NOT_FULL',
      'TOO_SMALL',
      'TOO_SMALL',
    ]);
  });

  test('is let be while it would make the job less late than a rescale does', () => {
    const slight: Load = { ...tooMuch, lagGrowth: 30 };
    expect(decide(inputOf(slight, 5 * minute, drey())).action).toBe('none');
    expect(decide(inputOf(slight, 5 * minute, without('cost'))).action).toBe('scale');
  });

  test('is not let be for longer than a rescale may be thought to take, however long one once took', () => {
    const late = inputOf({ ...tooMuch, lag: 800_000 }, 12 * minute, drey());
    const jobScalings = [{ atMs: 0, decision: 'd', to: {}, pauseMs: 40 * minute }];
    const after = (options: object) => {
      const policy = { ...late.policy, options: { ...late.policy.options, ...options } };
      return decide({ ...late, policy, memory: { ...late.memory, jobScalings } }).action;
    };
    expect([after({}), after({ restartTrackingLimitMs: 60 * minute })]).toEqual(['scale', 'none']);
  });

  test('has other vertices grow with it into slots that are there anyway', () => {
    const busySource: Load = { ...tooMuch, busy: { source: 0.6, work: 1 } };
    expect(decide(inputOf(busySource, 12 * minute, drey())).parallelism).toMatchObject({ source: 7, work: 8 });
    // Without, 300 s are counted for a rescale: (900 + 414 000 / 480) / 1167 · 4 = 6.04.
    expect(decide(inputOf(busySource, 12 * minute, without('cost'))).parallelism).toMatchObject({ source: 7 });
  });

  test('without a lag metric, is seen by what holds the source up', () => {
    const input = inputOf({ ...tooMuch, lagGrowth: 0 }, 12 * minute, drey());
    const samples = input.samples.map((sample) => {
      const { pendingRecords: _, ...source } = sample.vertices['source'] ?? {};
      return { ...sample, vertices: { ...sample.vertices, source } };
    });
    expect(decide({ ...input, samples })).toMatchObject({ action: 'scale', reasons: [{ code: 'TOO_SMALL' }] });
    expect(decide(input).action).toBe('none');
  });
});

const ratesOf = ({ vertices }: AutoscalerDecision) => vertices.map(({ metrics }) => metrics['TARGET_DATA_RATE']);

describe('incomplete metrics scale nothing', () => {
  const input = inputOf(tooMuch, 12 * minute, drey());
  const withNewest = (change: object, from = -1): AutoscalerInput => ({
    ...input,
    samples: [
      ...input.samples.slice(0, from),
      ...input.samples.slice(from).map((sample) => ({
        ...sample,
        vertices: { ...sample.vertices, work: { ...sample.vertices['work'], ...change } },
      })),
    ],
  });

  test.each([
    ['subtasks that have not reported', { complete: false }],
    ['a vertex without busy time', { busyMsPerSecond: undefined }],
    ['a counter that counts backwards', { recordsIn: 1 }],
    ['more than all of the time', { busyMsPerSecond: { min: 0, max: 2000, avg: 1, sum: 1 } }],
    ['less than nothing', { recordsOut: -1 }],
    ['a vertex that does not tell what it reads', { recordsIn: undefined }],
  ])('%s', (_name, change) => {
    expect(decide(withNewest(change)).reasons[0].code).toBe('INCOMPLETE_METRICS');
  });

  test('a source that does not tell any more how many records wait: not taken for a load that has come or gone', () => {
    const waiting = inputOf({ ...enough, lag: 50_000 }, 12 * minute, drey());
    const silentAt = (...gaps: number[]) => {
      const samples = waiting.samples.map((sample, at) => {
        const { pendingRecords, ...rest } = sample.vertices['source'] ?? {};
        const source = gaps.includes(at) ? rest : { ...rest, pendingRecords };
        return { ...sample, vertices: { ...sample.vertices, source } };
      });
      return decide({ ...waiting, samples });
    };
    expect(ratesOf(silentAt())).toEqual([700, 700]);
    // The first of the newest two minutes.
    expect(ratesOf(silentAt(10))).toEqual([700, 700]);
    expect(silentAt(12).reasons[0].code).toBe('INCOMPLETE_METRICS');
  });

  test('a sample from before a restart', () => {
    const samples = input.samples.map((sample) => ({ ...sample, runningSinceMs: -1 }));
    expect(decide({ ...input, samples }).reasons[0].code).toBe('INCOMPLETE_METRICS');
  });

  test('some in the middle do not matter', () => {
    const samples = input.samples.map((sample, at) => (at === 6 ? { ...sample, vertices: {} } : sample));
    expect(decide({ ...input, samples }).action).toBe('scale');
  });

  test('switched off, they are taken as the operator takes them', () => {
    const policy = { ...input.policy, ...without('completeness') };
    expect(decide({ ...withNewest({ complete: false }), policy }).action).toBe('scale');
  });
});

describe('a load that is less', () => {
  const after = (minutes: number, memory: AutoscalerInput['memory'], policy = drey()) => ({
    ...inputOf(little, minutes * minute, policy),
    memory,
  });
  const first = decide(inputOf(little, 12 * minute, drey())).memory;

  test('frees slots after an hour', () => {
    expect(workOf(decide(after(71, first)))).toBeUndefined();
    expect(workOf(decide(after(72, first)))).toBe(2);
  });

  test('that frees few slots is not worth a pause', () => {
    const some: Load = { rate: 700, busy: { source: 0.2, work: 0.5 } };
    const begun = decide(inputOf(some, 12 * minute, drey())).memory;
    expect(decide({ ...inputOf(some, 72 * minute, drey()), memory: begun }).reasons[0].code).toBe('NOT_WORTH_IT');
  });

  // One step of 0.6 leads from 3 to 2 only, which is less than a pause is worth; the way to 1 is worth it.
  test.each([
    ['one, goes there in two steps', 0.1, {}, 2],
    ['one, goes there at once where a step may be as large', 0.1, { scaleDownMaxFactor: 0.9 }, 1],
    ['one, stays where a step may free nothing', 0.1, { scaleDownMaxFactor: 0.2 }, undefined],
    ['two, stays', 0.4, {}, undefined],
  ])('that leaves three subtasks work for %s', (_what, busy, options, to) => {
    const load: Load = { rate: 100, busy: { source: 0.05, work: busy }, parallelism: 3 };
    const { memory } = decide(inputOf(load, 12 * minute, drey(), options));
    expect(workOf(decide({ ...inputOf(load, 72 * minute, drey(), options), memory }))).toBe(to);
  });

  test('and less all the time waits for its end, for three hours at most', () => {
    const many = inputOf({ ...little, parallelism: 10 }, 72 * minute, drey());
    const wish = { sinceMs: 0, wishes: [{ atMs: 60 * minute, parallelism: 6, outside: true }] };
    const waiting = { ...many.memory, delayedScaleDowns: { source: wish, work: wish } };
    const falling = (since: number) => decide({ ...many, memory: { ...waiting, fallingSinceMs: since * minute } });
    expect(falling(0)).toMatchObject({ action: 'none', reasons: [{ code: 'FALLING' }], memory: { fallingSinceMs: 0 } });
    const later = falling(-108);
    expect([workOf(later), later.memory.fallingSinceMs]).toEqual([6, undefined]);
  });

  test('waits twice as long after a scale-down that had to be undone', () => {
    const rates = { trueRate: 1, expectedRate: 1, targetRate: 1 };
    const scalings = {
      work: [
        { atMs: 0, from: 8, to: 4, ...rates },
        { atMs: minute, from: 4, to: 8, ...rates },
      ],
    };
    const regretted = { ...first, scalings };
    expect(workOf(decide(after(72, regretted)))).toBeUndefined();
    expect(workOf(decide(after(132, regretted)))).toBe(2);
  });
});

describe('a scale-up that was of no use', () => {
  /** `work` went from 4 to 8 subtasks, and does 700/s still. */
  const scaled = rememberScaling(decide(inputOf(tooMuch, 12 * minute, drey())), { atMs: 12 * minute });
  const later = (policy = drey()): AutoscalerInput => {
    const input = inputOf({ ...tooMuch, parallelism: 8 }, 20 * minute, policy);
    const sinceMs = 13 * minute;
    const samples = input.samples.map((sample) => ({ ...sample, runningSinceMs: sinceMs }));
    const job = jobOf(8, { runningSinceMs: sinceMs });
    const vertices = job.vertices.map((one) => (one.id === 'source' ? { ...one, parallelism: 4 } : one));
    return { ...input, samples, job: { ...job, vertices }, memory: scaled };
  };

  test('is told, and stays as it is', () => {
    const text = expect.stringMatching(/what holds it up is not its parallelism\. It holds a sink: look at /);
    expect(decide(later())).toMatchObject({ action: 'none', reasons: [{ code: 'USELESS', text }] });
  });

  test('is not tried again for a day, then for two', () => {
    const { memory } = decide(later());
    const input = { ...inputOf(tooMuch, 40 * minute, drey()), memory: { ...memory, scalings: {} } };
    const text = expect.stringMatching(
      /did not help it\. It holds a sink: look at .*; more are tried again in 23\.7 h\.$/,
    );
    expect(decide(input).reasons[0]).toEqual({ code: 'BOTTLENECK', text });
    expect(memory.distrusts).toMatchObject([{ vertex: 'work', above: 4, untilMs: (20 + 24 * 60) * minute, times: 1 }]);
  });
});

describe('a custom metric without a value', () => {
  const metric = { name: 'queue', target: 100, kind: 'value', vertices: ['work'] } as const;
  const input = inputOf(little, 2 * 60 * minute, drey({ customMetrics: [metric], without: ['completeness'] }));

  test('holds back the vertices that it scales, and says so', () => {
    const { memory, vertices } = decide(input);
    expect(Object.keys(memory.delayedScaleDowns)).toEqual(['source']);
    const [source, work] = vertices;
    expect(work?.reasons.map(({ code }) => code)).toContain('CUSTOM_METRIC_UNKNOWN');
    expect(source?.reasons.map(({ code }) => code)).not.toContain('CUSTOM_METRIC_UNKNOWN');
  });

  test('lets them go once it has one', () => {
    const samples = input.samples.map((sample) => ({ ...sample, custom: { queue: 1 } }));
    expect(Object.keys(decide({ ...input, samples }).memory.delayedScaleDowns)).toEqual(['source', 'work']);
  });
});

describe('custom metrics', () => {
  const metric = { name: 'queue', target: 100, kind: 'perSubtask' as const, vertices: ['work'] };
  const input = (queue: number) => {
    const one = inputOf(enough, 12 * minute, drey({ customMetrics: [metric] }));
    return { ...one, samples: one.samples.map((sample) => ({ ...sample, custom: { queue } })) };
  };
  test.each([
    ['at its target', 400, undefined],
    ['a little above', 430, undefined],
    ['far above', 900, 9],
  ])('%s', (_name, queue, parallelism) => {
    expect(workOf(decide(input(queue)))).toBe(parallelism);
  });

  test('that ask for nothing are not why a vertex at its maximum stays', () => {
    const bounded = drey({ customMetrics: [metric], vertices: { work: { max: 4 } } });
    const one = inputOf(tooMuch, 12 * minute, bounded);
    const samples = one.samples.map((sample) => ({ ...sample, custom: { queue: 100 } }));
    expect(codeOf({ ...one, samples })).toBe('BOUNDS');
  });

  test('are told to be bounded where they alone ask for more', () => {
    const one = input(900);
    const { action, reasons } = decide({ ...one, policy: { ...one.policy, max: 4 } });
    const text = '"work": 9 became 4: the bounds are 1 and 4.';
    expect([action, reasons]).toEqual(['none', [{ code: 'BOUNDS', text }]]);
  });
});

test('bounds that the user sets move a vertex that is beyond them', () => {
  expect(workOf(decide(inputOf(enough, 12 * minute, drey({ min: 6 }))))).toBe(6);
  expect(workOf(decide(inputOf(enough, 12 * minute, drey({ vertices: { work: { max: 3 } } }))))).toBe(3);
  const night = { cron: '0 0 * * *', timeZone: 'UTC', lastsMs: 60 * minute, min: 7 };
  expect(workOf(decide(inputOf(enough, 12 * minute, drey({ schedules: [night] }))))).toBe(7);
});

/** Two pipelines that are as the one, in one job. */
function two(other: Partial<AutoscalerPolicy>, memory: Partial<AutoscalerInput['memory']> = {}) {
  const input = inputOf(tooMuch, 12 * minute, drey(other));
  const beside = [vertex('source2', [], { parallelism: 4 }), vertex('work2', ['source2:HASH'], { parallelism: 4 })];
  const samples = input.samples.map(({ vertices: { source = {}, work = {} }, ...sample }) => ({
    ...sample,
    vertices: { source, work, source2: source, work2: work },
  }));
  const job = { ...input.job, vertices: [...input.job.vertices, ...beside] };
  return decide({ ...input, job, samples, memory: { ...input.memory, ...memory } });
}

describe('a pipeline that cannot grow', () => {
  const distrusts = [{ vertex: 'work', above: 4, atMs: 0, untilMs: 60 * minute, times: 1 }];

  test.each([
    ['at its maximum', two({ vertices: { work: { max: 4 } } })],
    ['that more subtasks did not help', two({}, { distrusts })],
  ])('%s, keeps no other one of the job from growing', (_name, decision) => {
    expect(decision).toMatchObject({
      parallelism: { work: 4, work2: 8 },
      reasons: [{ code: 'TOO_SMALL', text: expect.stringContaining('"work2"') }],
    });
  });

  test('is let be where no other has to', () => {
    const max = { max: 4 };
    const { action, reasons } = two({ vertices: { work: max, work2: max } });
    expect([action, reasons]).toEqual([
      'none',
      [{ code: 'BOUNDS', text: '"work": 8 became 4: the bounds are 1 and 4.' }],
    ]);
    const both = [...distrusts, ...distrusts.map((one) => ({ ...one, vertex: 'work2' }))];
    expect(two({}, { distrusts: both })).toMatchObject({ action: 'none', reasons: [{ code: 'BOTTLENECK' }] });
  });
});

test('a vertex that cannot be as large as the least that the job asks for keeps no other one from growing', () => {
  const input = inputOf(tooMuch, 12 * minute, drey({ min: 2 }));
  const vertices = [...input.job.vertices, vertex('single', ['work:HASH'], { maxParallelism: 1 })];
  const samples = input.samples.map(({ vertices: seen, ...sample }) => ({
    ...sample,
    vertices: { ...seen, single: { ...seen['work'], ...seen['source'], recordsIn: 0 } },
  }));
  const decision = decide({ ...input, samples, job: { ...input.job, vertices } });
  expect(decision).toMatchObject({ parallelism: { work: 8, single: 1 }, reasons: [{ code: 'TOO_SMALL' }] });
});

test('before a window is full, nothing of an earlier run counts', () => {
  const input = { ...inputOf(tooMuch, 12 * minute, drey()), job: jobOf(4, { runningSinceMs: 11 * minute }) };
  expect(decide({ ...input, samples: samplesOf(tooMuch, 10 * minute) }).action).toBe('none');
});
