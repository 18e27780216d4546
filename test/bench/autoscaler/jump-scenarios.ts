/** Loads and costs that jump, outages, backlogs. */
import {
  counting,
  fanningIn,
  fanningOut,
  flattening,
  joining,
  largeState,
  longChain,
  stateless,
  twoGroups,
} from './jobs.ts';
import type { Scenario } from './scenario.ts';
import { scenario } from './scenario-making.ts';
import { sinkBound } from './steady-scenarios.ts';
import { constant, daily, steps } from './traces.ts';

export const jumpScenarios: readonly Scenario[] = [
  scenario('step-double', 201, {
    about: 'The load doubles, and halves again.',
    job: counting(),
    loads: [steps([0, 8_000], [3, 16_000], [8, 8_000])],
    changes: [3, 8],
  }),
  scenario('step-triple', 202, {
    about: 'The load triples and stays.',
    job: joining(),
    loads: [steps([0, 1_500], [2, 4_500]), steps([0, 4_000], [2, 12_000])],
    changes: [2],
  }),
  scenario('step-tenfold', 203, {
    about: 'The load grows tenfold for four hours.',
    job: fanningOut(),
    loads: [steps([0, 2_000], [3, 20_000], [7, 2_000])],
    changes: [3, 7],
  }),
  scenario('step-down', 204, {
    about: 'The load falls to a fifth.',
    job: longChain(),
    loads: [steps([0, 15_000], [2, 3_000])],
    changes: [2],
  }),
  scenario('stairs', 205, {
    about: 'The load climbs in four steps and goes down in two.',
    job: flattening(),
    hours: 24,
    changes: [2, 5, 8, 11, 15, 19],
    loads: [steps([0, 2_000], [2, 4_000], [5, 6_000], [8, 8_000], [11, 10_000], [15, 6_000], [19, 2_000])],
  }),
  scenario('step-sublinear', 206, {
    about: 'The load triples on a vertex whose subtasks wait for each other.',
    job: counting({ contention: 0.03 }),
    loads: [steps([0, 4_000], [3, 12_000], [9, 6_000])],
    changes: [3, 9],
  }),
  scenario('step-costly-company', 207, {
    about: 'The load grows on a vertex that does less in all beyond some forty subtasks.',
    job: counting({ contention: 0.01, coherence: 0.0005 }),
    loads: [steps([0, 5_000], [3, 14_000])],
    changes: [3],
  }),
  scenario('step-beyond', 208, {
    about:
      'The load grows beyond what any parallelism of the vertex can take at the utilization aimed at, for three hours.',
    job: counting({ contention: 0.05 }),
    loads: [steps([0, 8_000], [3, 16_000], [6, 8_000])],
    changes: [3, 6],
  }),
  scenario('step-one-source', 209, {
    about: 'Only one of two joined streams grows.',
    job: joining(),
    loads: [constant(3_000), steps([0, 5_000], [3, 15_000], [8, 5_000])],
    changes: [3, 8],
  }),
  scenario('step-fan-in', 210, {
    about: 'One of three topics doubles, later another falls away.',
    job: fanningIn(),
    changes: [2, 7],
    loads: [steps([0, 4_000], [2, 9_000]), constant(4_000), steps([0, 3_000], [7, 500])],
  }),
  scenario('step-groups', 211, {
    about: 'The load doubles on a job whose heavy part has slots of its own.',
    job: twoGroups(),
    loads: [steps([0, 6_000], [3, 12_000], [8, 6_000])],
    changes: [3, 8],
  }),
  scenario('step-large-state', 212, {
    about: 'The load grows by half, and a rescale costs five minutes.',
    job: largeState(),
    loads: [steps([0, 10_000], [3, 15_000], [9, 10_000])],
    changes: [3, 9],
    lateSeconds: 600,
  }),
  scenario('step-failing', 213, {
    about: 'The load doubles, and TaskManagers are lost just then.',
    job: counting(),
    loads: [steps([0, 8_000], [3, 16_000])],
    changes: [3],
    failures: [3.05, 3.4, 4.2, 7],
  }),
  scenario('step-bounded', 214, {
    about: 'The load grows to what the maximum that the user set can just carry.',
    job: counting(),
    loads: [steps([0, 8_000], [3, 17_000], [7, 8_000])],
    changes: [3, 7],
    bounds: { max: 20 },
  }),
  scenario('sink-overrun', 215, {
    about: 'The database behind the sink takes less than what comes, for four hours.',
    job: sinkBound(14_000),
    loads: [steps([0, 10_000], [4, 16_000], [8, 10_000])],
    changes: [4, 8],
    hours: 18,
  }),
  scenario('dearer-records', 216, {
    about: 'Each record costs twice as much from one hour to another.',
    job: counting(),
    loads: [constant(8_000)],
    costs: { count: steps([0, 1], [3, 2], [8, 1]) },
    changes: [3, 8],
  }),
  scenario('dearer-source', 217, {
    about: 'Records become dearer to read: the source itself is the bottleneck.',
    job: stateless(),
    loads: [constant(9_000)],
    costs: { read: steps([0, 1], [4, 1.8]) },
    changes: [4],
  }),
  scenario('backlog-hour', 218, {
    about: 'An hour’s worth of records waits at the beginning.',
    job: counting(),
    loads: [constant(9_000)],
    backlogHours: 1,
    changes: [0],
  }),
  scenario('backlog-bounded', 219, {
    about: 'Three hours’ worth waits, and the user allows half as much again as the load needs.',
    job: counting(),
    loads: [constant(9_000)],
    backlogHours: 3,
    changes: [0],
    bounds: { max: 18 },
  }),
  scenario('outage', 220, {
    about: 'The job is down for an hour.',
    job: fanningOut(),
    loads: [constant(7_000)],
    outages: [[4, 60]],
    changes: [0, 4],
  }),
  scenario('heap-after-less', 222, {
    about: 'The load falls to a third: fewer TaskManagers would have to hold what is alive on the heaps of many.',
    job: counting({}, { heapGigabytes: 10 }),
    loads: [steps([0, 15_000], [3, 5_000])],
    changes: [3],
  }),
  scenario('outages-short', 221, {
    about: 'The job is down for five minutes, four times.',
    job: joining(),
    loads: [constant(3_000), constant(8_000)],
    outages: [
      [2, 5],
      [5, 5],
      [8, 5],
      [8.5, 5],
    ],
  }),
  scenario('upgrade-dearer', 223, {
    about:
      'The load doubles, and just then a program takes over whose records cost half as much again; later the load comes back.',
    job: counting({ contention: 0.01 }),
    loads: [steps([0, 4_000], [3, 8_000], [7, 4_000], [12, 9_000])],
    costs: { count: steps([0, 1], [3.2, 1.5]) },
    upgrades: [3.2],
    changes: [3, 3.2, 7, 12],
    hours: 16,
  }),
  scenario('upgrade-cheaper', 224, {
    about: 'After two days’ waves, a program takes over whose records cost half as much.',
    job: counting({ contention: 0.02 }),
    loads: [daily(4_000, 10_000)],
    costs: { count: steps([0, 1], [52, 0.5]) },
    upgrades: [52],
    hours: 96,
  }),
];
