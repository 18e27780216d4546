/** Jobs whose trouble is memory, where the user lets the TaskManagers be given twice what they have. */
import { counting } from './jobs.ts';
import type { Scenario } from './scenario.ts';
import { scenario } from './scenario-making.ts';
import { constant, ramp, steps } from './traces.ts';

const mostMemory = 8 * 2 ** 30;
const onHeaps = (heapGigabytes: number) => counting({}, { heapGigabytes });

export const heapScenarios: readonly Scenario[] = [
  scenario('heap-lost', 401, {
    about: 'Twice the slots that the load needs, whose heaps do not hold what is alive: one is lost every ten minutes.',
    job: onHeaps(24),
    loads: [constant(5_000)],
    startFactor: 2,
    changes: [0],
    mostMemory,
  }),
  scenario('heap-grows', 402, {
    about: 'What is alive on the heaps grows from half of them to more than they hold.',
    job: onHeaps(10),
    loads: [constant(10_000)],
    alive: ramp(1, 2.2, 1, 11),
    hours: 16,
    mostMemory,
  }),
  scenario('heap-collecting', 403, {
    about: 'Subtasks collect garbage for a fifth of their time, and the load grows by a fifth.',
    job: onHeaps(18),
    loads: [steps([0, 9_500], [3, 12_000])],
    changes: [3],
    mostMemory,
  }),
  scenario('heap-there-and-back', 404, {
    about: 'The load falls to a third, with much on the heaps, and comes back.',
    job: onHeaps(12),
    loads: [steps([0, 15_000], [3, 5_000], [9, 15_000])],
    changes: [3, 9],
    hours: 14,
    mostMemory,
  }),
];
