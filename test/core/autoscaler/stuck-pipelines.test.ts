/** Two pipelines in one job: one has to grow and cannot, the other has more than it needs. */
import { describe, expect, test } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { EngineMemory } from '../../../core/autoscaler/memory.ts';
import type { AutoscalerPolicy } from '../../../core/autoscaler/policy.ts';
import type { Aggregate } from '../../../core/autoscaler/samples.ts';
import { vertex } from './fixtures.ts';
import { inputOf, jobOf, minute, samplesOf, type Load } from './jobs.ts';

/** 900/s arrive, 700/s are processed: `work` has too few subtasks, and may have no more. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };

const evenly = (value: number): Aggregate => ({ min: value, max: value, avg: value, sum: value });

interface Case {
  readonly beside?: Load;
  readonly minutes?: number;
  readonly memory?: EngineMemory;
  /** Where the other pipeline's slots are. */
  readonly group?: string;
  /** Of the pipeline that cannot grow. */
  readonly parallelism?: number;
  readonly intervalMs?: number;
  /** In the place of that maximum. */
  readonly policy?: Partial<AutoscalerPolicy>;
}

const ofBeside = 10;

function jobInput({ beside = little, minutes = 12, group = 'h', parallelism = 4, ...one }: Case): AutoscalerInput {
  const { intervalMs, policy: own = { vertices: { work: { max: parallelism } } } } = one;
  const policy = { profile: 'drey' as const, ...own };
  const options = intervalMs === undefined ? {} : { scaleDownIntervalMs: intervalMs };
  const input = inputOf(tooMuch, minutes * minute, policy, options);
  const others = samplesOf(beside, minutes * minute);
  const samples = input.samples.map((sample, at) => {
    const { source = {}, work = {} } = others[at]?.vertices ?? {};
    return { ...sample, vertices: { ...sample.vertices, source2: source, work2: work } };
  });
  const size = { parallelism: ofBeside, slotSharingGroup: group };
  const second = [vertex('source2', [], size), vertex('work2', ['source2:HASH'], size)];
  return { ...input, samples, job: jobOf(parallelism, { vertices: [...jobOf(parallelism).vertices, ...second] }) };
}

function decided(one: Case) {
  const input = jobInput(one);
  return decide({ ...input, memory: one.memory ?? input.memory });
}

/** After it could have shrunk for an hour. */
const anHourLater = (one: Case) => decided({ ...one, minutes: 72, memory: decided(one).memory });

/** What `work2` has under a load of its own, by subtasks that do 100/s each. */
function besideFor(offered: number): number {
  const busy = offered / (100 * ofBeside);
  const beside = { rate: offered, busy: { source: busy / 4, work: busy } };
  return decided({ beside, intervalMs: 0 }).parallelism?.['work2'] ?? ofBeside;
}

describe('a pipeline beside one that is at its maximum', () => {
  test('waits to shrink, and then does; the other stays as it is', () => {
    const first = decided({});
    expect(first).toMatchObject({ action: 'none', reasons: [{ code: 'BOUNDS' }] });
    expect(Object.keys(first.memory.delayedScaleDowns)).toEqual(['source2', 'work2']);
    const reasons = first.vertices.map(({ reasons: [why] }) => why?.code);
    expect(reasons.slice(2)).toEqual(['SCALE_DOWN_DELAYED', 'SCALE_DOWN_DELAYED']);
    expect(anHourLater({})).toMatchObject({
      action: 'scale',
      parallelism: { source: 4, work: 4, source2: 4, work2: 4 },
      reasons: [{ code: 'TOO_LARGE' }],
    });
  });

  test.each<[string, Case]>([
    ['while records wait for it, too', { beside: { ...little, lag: -39_000, lagGrowth: 10 } }],
    ['where its slots are there anyway', { group: 'g', parallelism: ofBeside }],
  ])('stays as it is %s', (_what, one) => {
    const { parallelism = {} } = anHourLater(one);
    expect([parallelism['source2'] ?? ofBeside, parallelism['work2'] ?? ofBeside]).toEqual([ofBeside, ofBeside]);
  });

  test('shrinks with the memory that there is, where another size would stop the job', () => {
    const gb = 2 ** 30;
    const memory = { minBytes: gb, maxBytes: 8 * gb, isCarriedOut: true, byRestart: true };
    const policy = { vertices: { work: { max: 4 } }, memory };
    const heaps = { heapMaxBytes: evenly(gb), heapUsedBytes: evenly(gb / 4), gcMsPerSecond: evenly(20) };
    const configuration = { 'taskmanager.memory.process.size': `${4 * gb}b` };
    const withHeaps = (minutes: number): AutoscalerInput => {
      const input = jobInput({ policy, minutes });
      const taskManagers = { slots: 1, cpuCores: 1, memoryBytes: 4 * gb, configuration };
      const samples = input.samples.map((sample) => ({ ...sample, taskManagers: heaps }));
      const given = { memoryGiven: { usualBytes: 2 * gb, givenBytes: 4 * gb, atMs: -24 * 60 * minute } };
      return { ...input, samples, job: { ...input.job, taskManagers }, memory: { ...input.memory, ...given } };
    };
    const { parallelism, memoryBytes } = decide({ ...withHeaps(72), memory: decide(withHeaps(12)).memory });
    expect([parallelism?.['work2'], memoryBytes]).toEqual([4, undefined]);
  });

  test('never gets less for more load, nor less than it needs', () => {
    assert(
      property(integer({ min: 1, max: 900 }), integer({ min: 0, max: 500 }), (offered, more) => {
        const enough = besideFor(offered);
        expect(100 * enough).toBeGreaterThanOrEqual(offered);
        expect(besideFor(Math.min(900, offered + more))).toBeGreaterThanOrEqual(enough);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

describe('a pipeline beside one that a quota keeps from growing', () => {
  const slots = 4 + ofBeside;

  test.each<[string, Partial<AutoscalerPolicy>]>([
    ['of its tenant', { quotas: [{ of: 'tenant', name: 'default', slots }] }],
    ['of its own', { quotas: [{ slots }] }],
  ])('%s waits to shrink, and then makes room', (_what, policy) => {
    const first = decided({ policy });
    expect(first).toMatchObject({ action: 'none', reasons: [{ code: 'QUOTA_REACHED' }, { code: 'TOO_SMALL' }] });
    expect(Object.keys(first.memory.delayedScaleDowns)).toEqual(['source2', 'work2']);
    expect(anHourLater({ policy })).toMatchObject({ action: 'scale', parallelism: { work: 4, work2: 4 } });
  });
});

test('what is in one pipeline with the vertex that cannot grow stays whole', () => {
  const input = inputOf(tooMuch, 12 * minute, { profile: 'drey', vertices: { work: { max: 4 } } });
  const vertices = input.job.vertices.map((one) => (one.id === 'source' ? { ...one, parallelism: 40 } : one));
  expect(decide({ ...input, job: jobOf(4, { vertices }) }).memory.delayedScaleDowns).toEqual({});
});
