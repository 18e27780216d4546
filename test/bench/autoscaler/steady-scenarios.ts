/** Loads that stay the same: after a job has settled, nothing is to be done, whatever it looks like. */
import { counting, fanningOut, flattening, joining, stateless, windowing } from './jobs.ts';
import type { Scenario } from './scenario.ts';
import { scenario } from './scenario-making.ts';
import { constant } from './traces.ts';

const steady = { steady: true, changes: [0] };
const tenThousand = [constant(10_000)];

export const steadyScenarios: readonly Scenario[] = [
  scenario('steady-right', 101, {
    about: 'It begins with what it needs.',
    job: counting(),
    loads: tenThousand,
    hours: 18,
    ...steady,
  }),
  scenario('steady-too-many', 102, {
    about: 'It begins with three times what it needs.',
    job: counting(),
    loads: tenThousand,
    startFactor: 3,
    ...steady,
  }),
  scenario('steady-too-few', 103, {
    about: 'It begins with a third of what it needs.',
    job: joining(),
    loads: [constant(3_000), constant(9_000)],
    startFactor: 1 / 3,
    ...steady,
  }),
  scenario('steady-one-of-each', 104, {
    about: 'It begins with one subtask of each vertex.',
    job: flattening(),
    loads: [constant(6_000)],
    startFactor: 0,
    ...steady,
  }),
  scenario('steady-noisy', 105, {
    about: 'The load wanders by a fifth around its mean, for ten minutes at a time.',
    job: counting(),
    loads: tenThousand,
    hours: 18,
    ...steady,
    noise: { deviation: 0.2, memorySeconds: 600 },
  }),
  scenario('steady-nervous', 106, {
    about: 'The load jumps by two fifths around its mean, for some seconds at a time.',
    job: fanningOut(),
    loads: [constant(8_000)],
    hours: 18,
    ...steady,
    noise: { deviation: 0.4, memorySeconds: 15 },
  }),
  scenario('steady-low', 107, {
    about: 'It begins with seven tenths more than it needs: at the lower bound of the utilization.',
    job: counting(),
    loads: tenThousand,
    startFactor: 1.7,
    hours: 18,
    ...steady,
  }),
  scenario('steady-failing', 108, {
    about: 'A TaskManager is lost every few hours; each time the job restarts from its last checkpoint.',
    job: counting(),
    loads: tenThousand,
    hours: 18,
    ...steady,
    failures: [2.3, 5.1, 5.4, 9.8, 14.2, 14.5, 14.9, 16.6],
  }),
  scenario('steady-gaps', 109, {
    about: 'Half of the subtasks do not report their metrics for some minutes, several times.',
    job: joining(),
    loads: [constant(3_000), constant(9_000)],
    hours: 18,
    ...steady,
    missingMetrics: [
      [3, 2],
      [6.5, 10],
      [11, 1],
      [15, 20],
      [17, 3],
    ],
  }),
  scenario('steady-hot-key', 110, {
    about: 'One key makes a seventh of all records: more subtasks help nobody.',
    job: counting({ hotKeyShare: 0.15 }),
    loads: [constant(5_500)],
    hours: 18,
    ...steady,
  }),
  scenario('steady-uneven-topic', 111, {
    about: 'The first partitions of the topic hold more than the last.',
    job: stateless({ partitions: 24, partitionSkew: 0.5 }),
    loads: [constant(6_000)],
    hours: 18,
    ...steady,
  }),
  scenario('steady-ten-partitions', 112, {
    about: 'Ten partitions: six subtasks do no more than five.',
    job: stateless({ partitions: 10, rate: 1_500 }),
    loads: [constant(6_000)],
    startFactor: 0.5,
    ...steady,
  }),
  scenario('steady-odd-key-groups', 113, {
    about: 'A hundred key groups, and a parallelism that does not divide them.',
    job: counting({ maxParallelism: 100 }),
    loads: [constant(20_000)],
    startFactor: 0.6,
    ...steady,
  }),
  scenario('steady-full-sink', 114, {
    about: 'A database behind the sink takes hardly more than what comes.',
    job: sinkBound(10_500),
    loads: tenThousand,
    hours: 18,
    ...steady,
  }),
  scenario('steady-windows', 115, {
    about: 'Windows of five minutes: the vertex after them is idle, or drowned.',
    job: windowing(),
    loads: tenThousand,
    hours: 18,
    ...steady,
  }),
  scenario('steady-full-heap', 116, {
    about: 'The heaps are so full that subtasks collect garbage for a fifth of their time.',
    job: counting({}, { heapGigabytes: 18 }),
    loads: tenThousand,
    hours: 18,
    ...steady,
  }),
];

/** A counting job whose sink writes to a database that takes so many records a second. */
export function sinkBound(externalLimit: number) {
  const job = counting();
  return { ...job, vertices: job.vertices.map((each) => (each.id === 'write' ? { ...each, externalLimit } : each)) };
}
