/** The engine as the simulation's autoscaler: one profile, its policy, and what it remembers. */
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision } from '../../../core/autoscaler/decision.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import {
  defaultPolicy,
  type AutoscalerPolicy,
  type Feature,
  type ProfileName,
} from '../../../core/autoscaler/policy.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import type { Scenario } from './scenario.ts';
import type { Autoscaler } from './simulation.ts';

export const profileNames: readonly ProfileName[] = ['flink-operator-1.15', 'flink-operator-main', 'drey'];

/** The profile with all defaults, and the bounds that the scenario's user sets. */
export function policyOf(scenario: Scenario, profile: ProfileName, without: readonly Feature[] = []): AutoscalerPolicy {
  const { min = 1, max = defaultPolicy.options.maxParallelism } = scenario.bounds ?? {};
  const options = { ...defaultPolicy.options, minParallelism: min, maxParallelism: max };
  const memory =
    scenario.mostMemory === undefined ? {} : { memory: { maxBytes: scenario.mostMemory, isCarriedOut: true } };
  return { ...defaultPolicy, ...scenario.bounds, ...memory, profile, options, without };
}

function wishOf({ parallelism = {}, memoryAdvice }: AutoscalerDecision) {
  return memoryAdvice ? { parallelism, memory: memoryAdvice } : { parallelism };
}

/** The engine under a policy, beginning with an empty memory. */
export function engineOf(policy: AutoscalerPolicy): Autoscaler {
  let memory = emptyMemory;
  let asked: AutoscalerDecision | undefined;
  return {
    decide: ({ nowMs, job, samples }) => {
      const decision = decide({ policy, nowMs, job, samples, memory });
      const scales = decision.action === 'scale';
      memory = decision.memory;
      asked = scales ? decision : undefined;
      const [first] = decision.reasons;
      return { why: `${first.code}: ${first.text}`, ...(scales && wishOf(decision)) };
    },
    rescaled: ({ decidedAtMs, pauseMs }) => {
      if (asked) memory = rememberScaling(asked, { atMs: decidedAtMs, pauseMs });
    },
  };
}
