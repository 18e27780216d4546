/** Whole runs of profile drey under a load that stays the same but for chance, each with chances of its own. */
import { describe, expect, test } from '@jest/globals';
import { keepSamplesMs } from '../../core/autoscaler/sample-window.ts';
import { engineOf, policyOf } from '../bench/autoscaler/profiles.ts';
import type { Scenario } from '../bench/autoscaler/scenario.ts';
import { scenarios } from '../bench/autoscaler/scenarios.ts';
import { scoreOf } from '../bench/autoscaler/score.ts';
import { simulate } from '../bench/autoscaler/simulation.ts';
import { seeded } from '../support/seeded.ts';

const chance = seeded(20);
const seeds = Array.from({ length: 3 }, () => Math.floor(chance() * 1e6));
const named = (name: string) => scenarios.find((each) => each.name === name) as Scenario;

function runOf(scenario: Scenario) {
  const policy = policyOf(scenario, 'drey');
  return simulate(scenario, engineOf(policy), { keepSamplesMs: keepSamplesMs(policy.options) });
}

describe.each(seeds)('with the chance of %i', (seed) => {
  test.each(['steady-right', 'steady-failing', 'steady-gaps'])('%s: nothing is done, ever', (name) => {
    expect(runOf({ ...named(name), hours: 8, seed }).rescales).toEqual([]);
  });

  test.each(['steady-too-many', 'steady-too-few', 'steady-one-of-each', 'heap-lost'])(
    '%s: one rescale, and no other',
    (name) => {
      const story = runOf({ ...named(name), hours: 8, seed });
      expect(story.rescales).toHaveLength(1);
      expect(scoreOf({ ...named(name), steady: true }, story).unsettled).toBe(0);
    },
  );
});

test.each([
  ['GC_PRESSURE', 'heap-grows', 12],
  ['OUT_OF_MEMORY', 'heap-lost', 1],
])('%s is answered by memory alone: %s', (code, name, hours) => {
  const [first] = runOf({ ...named(name), hours }).rescales;
  expect(first?.why).toContain(code);
  // Into slots that are there anyway others may grow; the one that is widest does not double.
  expect(Math.max(...(first?.to ?? []))).toBeLessThan(1.3 * Math.max(...(first?.from ?? [])));
});
