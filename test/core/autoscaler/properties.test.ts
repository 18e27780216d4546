/** What holds for every load, of every profile. */
import { describe, expect, test } from '@jest/globals';
import { assert, integer, property, record } from 'fast-check';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { emptyMemory, type EngineMemory } from '../../../core/autoscaler/memory.ts';
import type { ProfileName } from '../../../core/autoscaler/policy.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import { inputOf, jobOf, minute, samplesOf, type Load } from './jobs.ts';

const profiles: readonly ProfileName[] = ['flink-operator-1.15', 'flink-operator-main', 'drey'];
const runs = { seed: 7, numRuns: 150 };

/** A job whose subtasks do 100/s each, under a load. */
function loadOf(offered: number, parallelism: number): Load {
  const rate = Math.min(offered, 100 * parallelism);
  const busy = Math.min(1, offered / (100 * parallelism));
  return {
    rate,
    busy: { source: busy / 4, work: busy },
    backPressured: busy >= 1 ? 0.7 : 0,
    lagGrowth: offered - rate,
    parallelism,
  };
}

const anyLoad = record({
  offered: integer({ min: 1, max: 12_000 }),
  parallelism: integer({ min: 1, max: 100 }),
});

function input(profile: ProfileName, offered: number, parallelism: number, minutes = 30): AutoscalerInput {
  return inputOf(loadOf(offered, parallelism), minutes * minute, { profile }, { scaleDownIntervalMs: 0 });
}

describe.each(profiles)('%s', (profile) => {
  test('stays within the bounds', () => {
    assert(
      property(anyLoad, integer({ min: 1, max: 50 }), integer({ min: 0, max: 50 }), (load, min, more) => {
        const one = input(profile, load.offered, Math.min(min + more, Math.max(min, load.parallelism)));
        const options = { ...one.policy.options, minParallelism: min, maxParallelism: min + more };
        const { parallelism = {} } = decide({ ...one, policy: { ...one.policy, options } });
        for (const each of Object.values(parallelism)) expect(each).toBeGreaterThanOrEqual(min);
        for (const each of Object.values(parallelism)) expect(each).toBeLessThanOrEqual(min + more);
      }),
      runs,
    );
  });

  test('gives the same decision for the same input, before and after JSON', () => {
    assert(
      property(anyLoad, ({ offered, parallelism }) => {
        const one = input(profile, offered, parallelism);
        const decision = decide(one);
        expect(decide(JSON.parse(JSON.stringify(one)) as AutoscalerInput)).toEqual(decision);
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
      }),
      runs,
    );
  });

  test('never gives a vertex less for more load', () => {
    assert(
      property(anyLoad, integer({ min: 0, max: 4_000 }), ({ offered, parallelism }, more) => {
        const workFor = (load: number) =>
          decide(input(profile, load, parallelism)).parallelism?.['work'] ?? parallelism;
        // Alignment to key groups may round two wishes to neighbouring sizes, never turn them round.
        expect(workFor(offered + more)).toBeGreaterThanOrEqual(workFor(offered));
      }),
      { ...runs, numRuns: 60 },
    );
  });

  test('settles under a constant load, and then does nothing', () => {
    assert(
      property(anyLoad, ({ offered, parallelism }) => {
        const actions = follow(profile, offered, parallelism, 12);
        expect(actions.slice(8).filter((action) => action !== 'none')).toEqual([]);
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

/** Decides again and again, each time half an hour after the last, with what was decided carried out. */
function follow(profile: ProfileName, offered: number, parallelism: number, times: number): readonly string[] {
  let now = { source: parallelism, work: parallelism };
  let memory: EngineMemory = emptyMemory;
  return Array.from({ length: times }, () => {
    const at = loadOf(offered, Math.min(now.work, 120));
    const vertices = jobOf().vertices.map((one) => ({ ...one, parallelism: now[one.id as keyof typeof now] }));
    const one = inputOf(
      { ...at, lagGrowth: Math.max(0, at.lagGrowth ?? 0) },
      30 * minute,
      { profile },
      { scaleDownIntervalMs: 0 },
    );
    const decision = decide({
      ...one,
      job: jobOf(now.work, { vertices }),
      samples: samplesOf(at, 30 * minute),
      memory,
    });
    memory = decision.action === 'scale' ? rememberScaling(decision, { atMs: 0, pauseMs: 20_000 }) : decision.memory;
    now = { ...now, ...decision.parallelism };
    return decision.action;
  });
}
