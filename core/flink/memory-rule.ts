/** The memory of each process must divide up as Flink demands, or it would never start. */
import type { Resources } from '../schema/flink-job.ts';
import { type SpecProblem, problem } from '../spec/problem.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';
import { type SpecRule, rule } from '../spec/rule.ts';
import { reservedOption } from './reserved-options.ts';
import { jobManagerMemory, taskManagerMemory } from './memory.ts';

const processes = [
  { section: 'jobManager', scope: 'jobmanager', memoryOf: jobManagerMemory },
  { section: 'taskManager', scope: 'taskmanager', memoryOf: taskManagerMemory },
] as const;

export const memoryRules: readonly SpecRule[] = processes.map((process) =>
  rule([`${process.section}.resources`, 'flink.configuration'], (resources, configuration) =>
    memoryProblems(process, resources, configuration),
  ),
);

function memoryProblems(
  { section, scope, memoryOf }: (typeof processes)[number],
  { limits, requests }: Resources,
  configuration: Readonly<Record<string, string>>,
): SpecProblem[] {
  const memory = limits?.memory ?? requests?.memory;
  if (memory === undefined) return [];
  const free = Object.entries(configuration).filter(([key]) => !reservedOption(key));
  const answer = memoryOf({
    ...Object.fromEntries(free),
    [`${scope}.memory.process.size`]: `${parseMemoryBytes(memory)}b`,
  });
  if (!('problem' in answer)) return [];
  const message = `of ${memory} cannot be divided up by Flink: ${answer.problem.replace(/^\w+: /, '')}`;
  const hint = `Give more memory, or smaller parts by \`${scope}.memory.…\` in \`spec.flink.configuration\`.`;
  return [problem(['spec', section, 'resources'], message, hint)];
}
