/** What happens to a job from outside: the same for every autoscaler, whatever it does. */
import { idealParallelism } from './ideal.ts';
import { isSource, slotsOf } from './job-model.ts';
import { stepSeconds } from './metrics.ts';
import { createTopic, type Topic } from './partitions.ts';
import { randomOf, wandering } from './random.ts';
import type { Scenario } from './scenario.ts';

export interface Ideal {
  /** In the job's order. */
  readonly parallelism: readonly number[];
  readonly slots: number;
}

export interface World {
  readonly topics: readonly Topic[];
  /** Records of this step come in; @returns how many. */
  arrive(second: number): number;
  /** For each vertex, how much dearer a record is in this step. To be asked once for each step. */
  costsAt(second: number): Float64Array;
  /** The parallelism that the load of this moment would need, chance aside. */
  idealAt(second: number): Ideal;
  /** What breaks the job in this step: seconds until it can run again; 0 if nothing does. */
  breakdownAt(second: number): number;
  /** Whether another program takes the job's place in this step. */
  upgradedAt(second: number): boolean;
  /** The part of the subtasks that report their metrics. */
  reportedAt(second: number): number;
}

/** How long a failed job is down until all its tasks run again. */
export const failoverSeconds = 40;
/** The ideal is found anew this often. */
const idealEverySeconds = 60;
/** How much records differ in what they cost, and for how long they do. */
const costDeviation = 0.03;
const costMemorySeconds = 120;

const usualCost = () => 1;

export function createWorld(scenario: Scenario): World {
  const { job, seed, noise } = scenario;
  const sources = job.vertices.filter(isSource);
  const topics = sources.map((source, at) => {
    const rate = scenario.loads[at]?.(0) ?? 0;
    return createTopic(source, stepSeconds, (scenario.backlogHours ?? 0) * 3_600 * rate, rate);
  });
  const loadNoise = sources.map(({ id }) =>
    wandering(randomOf(seed, `load of ${id}`), noise.deviation, noise.memorySeconds, stepSeconds),
  );
  const costNoise = job.vertices.map(({ id }) =>
    wandering(randomOf(seed, `cost of ${id}`), costDeviation, costMemorySeconds, stepSeconds),
  );
  const costTraces = job.vertices.map(({ id }) => scenario.costs?.[id] ?? usualCost);
  const costs = new Float64Array(job.vertices.length);
  let ideal: Ideal = { parallelism: [], slots: 0 };
  let idealMinute = -1;

  return {
    topics,
    arrive: (second) => {
      let all = 0;
      topics.forEach((topic, at) => {
        const rate = scenario.loads[at]?.(second / 3_600) ?? 0;
        const records = rate * (loadNoise[at]?.() ?? 1) * stepSeconds;
        topic.arrive(records);
        all += records;
      });
      return all;
    },
    costsAt: (second) => {
      costTraces.forEach((trace, at) => {
        costs[at] = trace(second / 3_600) * (costNoise[at]?.() ?? 1);
      });
      return costs;
    },
    idealAt: (second) => {
      const minute = Math.floor(second / idealEverySeconds);
      if (minute === idealMinute) return ideal;
      idealMinute = minute;
      const hour = second / 3_600;
      const loads = scenario.loads.map((load) => load(hour));
      const parallelism = idealParallelism(
        job,
        loads,
        costTraces.map((trace) => trace(hour)),
      );
      ideal = { parallelism, slots: slotsOf(job.vertices, parallelism) };
      return ideal;
    },
    breakdownAt: (second) => {
      const outage = (scenario.outages ?? []).find(([hour]) => isStepOf(second, hour));
      if (outage) return outage[1] * 60;
      return (scenario.failures ?? []).some((hour) => isStepOf(second, hour)) ? failoverSeconds : 0;
    },
    upgradedAt: (second) => (scenario.upgrades ?? []).some((hour) => isStepOf(second, hour)),
    reportedAt: (second) => {
      const hour = second / 3_600;
      const missing = (scenario.missingMetrics ?? []).some(
        ([from, minutes]) => hour >= from && hour < from + minutes / 60,
      );
      return missing ? 0.5 : 1;
    },
  };
}

const isStepOf = (second: number, hour: number) => Math.floor((hour * 3_600) / stepSeconds) * stepSeconds === second;
