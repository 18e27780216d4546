/** All scenarios, in the order in which they are shown. */
import { heapScenarios } from './heap-scenarios.ts';
import { jumpScenarios } from './jump-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { steadyScenarios } from './steady-scenarios.ts';
import { waveScenarios } from './wave-scenarios.ts';

export const scenarios: readonly Scenario[] = [
  ...steadyScenarios,
  ...jumpScenarios,
  ...waveScenarios,
  ...heapScenarios,
];
