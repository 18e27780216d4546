/** Rules on sizes: memory is known, requests fit limits, TaskManagers fit the parallelism, standby JobManagers can take over. */
import { whyNotInPlace } from '../plan/in-place.ts';
import type { Resources } from '../schema/flink-job.ts';
import { type FieldPath, type SpecProblem, problem } from './problem.ts';
import { parseCpuCores, parseMemoryBytes } from './quantity.ts';
import { type SpecRule, rule } from './rule.ts';
import { slotsNeeded } from './task-managers.ts';

const amounts = [
  { name: 'cpu', parse: parseCpuCores },
  { name: 'memory', parse: parseMemoryBytes },
] as const;

function resourceProblems(path: FieldPath, { requests, limits }: Resources): SpecProblem[] {
  const over = amounts.flatMap(({ name, parse }) => {
    const request = requests?.[name];
    const limit = limits?.[name];
    if (request === undefined || limit === undefined || parse(request) <= parse(limit)) return [];
    return [
      problem(
        [...path, 'requests', name],
        `is ${request}, more than the limit of ${limit}`,
        'Raise the limit or lower the request.',
      ),
    ];
  });
  if (requests?.memory !== undefined || limits?.memory !== undefined) return over;
  const message = "has no memory, from which the sizes of Flink's process are derived";
  return [...over, problem(path, message, 'Give `limits.memory`.')];
}

const processRule = (section: 'jobManager' | 'taskManager') =>
  rule([`${section}.resources`], (resources) => resourceProblems(['spec', section, 'resources'], resources));

const slotsRule = rule(
  ['job.parallelism', 'job.vertexParallelism', 'job.slots', 'taskManager.slots', 'taskManager.replicas'],
  (parallelism, vertexParallelism, taken, slots, replicas) => {
    const needed = slotsNeeded({ parallelism, vertexParallelism, slots: taken });
    if (replicas === undefined || replicas * slots >= needed) return [];
    const message = `gives ${replicas} × ${slots} = ${replicas * slots} slots, and the job's parallelism is ${needed}`;
    const hint = `Use at least ${Math.ceil(needed / slots)}, or leave it out to have it derived.`;
    return [problem(['spec', 'taskManager', 'replicas'], message, hint)];
  },
);

const verticesRule = rule(['job.vertexParallelism', 'flink.configuration'], (vertices = {}, configuration) => {
  const why = whyNotInPlace(configuration);
  if (Object.keys(vertices).length === 0 || why === undefined) return [];
  const hint = "Leave the option out, or set the vertices' parallelism in the program.";
  return [problem(['spec', 'job', 'vertexParallelism'], `cannot be had: ${why}`, hint)];
});

const standbyRule = rule(['jobManager.replicas', 'storage'], (replicas, storage) => {
  if (replicas === 1 || storage.highAvailability !== undefined) return [];
  const message = 'is more than 1, and without high availability a second JobManager cannot take over';
  return [problem(['spec', 'jobManager', 'replicas'], message, 'Give `spec.storage.root`, or use 1.')];
});

export const resourceRules: readonly SpecRule[] = [
  processRule('jobManager'),
  processRule('taskManager'),
  slotsRule,
  verticesRule,
  standbyRule,
];
