/** How much of everything: slots, parallelism, memory, and how the scheduler uses what there is. */
import type { Resources } from '../schema/flink-job.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';
import type { ConfigurationInput, Settings } from './configuration-input.ts';

/** Settings that the rest of Drey relies on. */
export function fixedResources({ job }: ConfigurationInput): Settings {
  const { spec } = job;
  return {
    'parallelism.default': String(spec.job.parallelism),
    ...ofVertices(spec.job.vertexParallelism),
    'taskmanager.numberOfTaskSlots': String(spec.taskManager.slots),
    ...processSize('jobmanager', spec.jobManager.resources),
    ...processSize('taskmanager', spec.taskManager.resources),
  };
}

/** Taken when a job is submitted; a running one is told by another way. */
function ofVertices(vertices: Readonly<Record<string, number>> = {}): Settings {
  const pairs = Object.entries(vertices).map(([id, parallelism]) => `${id}:${parallelism}`);
  return pairs.length === 0 ? {} : { 'pipeline.jobvertex-parallelism-overrides': pairs.toSorted().join(',') };
}

/** Flink divides up what the container may use: its limit, or its request where there is no limit. */
function processSize(process: 'jobmanager' | 'taskmanager', resources: Resources): Settings {
  const memory = resources.limits?.memory ?? resources.requests?.memory;
  // What Flink's own configuration file says, for a container without any bound.
  const fallback = process === 'jobmanager' ? '1600m' : '1728m';
  return { [`${process}.memory.process.size`]: memory === undefined ? fallback : `${parseMemoryBytes(memory)}b` };
}

/** Settings that a user may replace. */
export function defaultResources({ job }: ConfigurationInput): Settings {
  return {
    ...scheduling(job.spec.flink.version),
    // Few records in flight: a backlogged job stopped in 0.5 s with this and in 9 s without (measured).
    'taskmanager.network.memory.buffer-debloat.enabled': 'true',
    'taskmanager.network.memory.buffer-debloat.target': '200ms',
    // After an OutOfMemoryError nothing in a JVM can be trusted: the pod starts it anew.
    'taskmanager.jvm-exit-on-oom': 'true',
    // `restart-strategy.type` is left to the user. Flink's own choice for a job with checkpoints is to restart for ever:
    // after 1 s each time on 1.20, with growing pauses of up to 1 min on 2.x. Without checkpoints it does not restart.
  };
}

/** The adaptive scheduler, which changes a running job's parallelism. Its cooldown begins at every start and cannot be changed later. */
function scheduling(version: string): Settings {
  const prefix = 'jobmanager.adaptive-scheduler';
  const [cooldown, wait] =
    version === '1.20'
      ? // Without the stabilisation time of 2.x, a second in which several TaskManagers can arrive.
        [{ [`${prefix}.scaling-interval.min`]: '1s' }, `${prefix}.resource-wait-timeout`]
      : [{ [`${prefix}.executing.cooldown-after-rescaling`]: '0s' }, `${prefix}.submission.resource-wait-timeout`];
  return {
    'jobmanager.scheduler': 'adaptive',
    ...cooldown,
    // A running job that loses its nodes waits for new ones: after 5 min Flink would end it for good. Operations have
    // deadlines of their own. (Flink reads no "for ever" from a file.)
    [wait]: '365d',
  };
}
