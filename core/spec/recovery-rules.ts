/** Rules on recovery: what is said must be able to come about. */
import type { Resources } from '../schema/flink-job.ts';
import { parseDurationMs } from './duration.ts';
import { problem } from './problem.ts';
import { parseMemoryBytes } from './quantity.ts';
import { rule, type SpecRule } from './rule.ts';

const growingBackoff = rule(['recovery'], ({ backoff: { initial, max } }) => {
  if (parseDurationMs(initial) <= parseDurationMs(max)) return [];
  const message = `is ${initial}, more than \`max\`, which is ${max}`;
  return [problem(['spec', 'recovery', 'backoff', 'initial'], message, 'Raise `max`, or lower `initial`.')];
});

/** What recovery has raised as far as it may is in the spec that is read again when somebody suspends or scales the job: that is no mistake. */
const memoryThatHelps = rule(
  ['recovery', 'jobManager.resources', 'taskManager.resources'],
  ({ memory: { max } }, jobManager, taskManager) => {
    const sizes = [jobManager, taskManager].flatMap((one) => memoryOf(one) ?? []);
    if (max === undefined || sizes.length === 0) return [];
    if (sizes.some((size) => parseMemoryBytes(size) <= parseMemoryBytes(max))) return [];
    const message = `is ${max}, less than what JobManager and TaskManagers have`;
    return [problem(['spec', 'recovery', 'memory', 'max'], message, 'Raise it, or leave it out.')];
  },
);

function memoryOf({ limits, requests }: Resources): string | undefined {
  return limits?.memory ?? requests?.memory;
}

export const recoveryRules: readonly SpecRule[] = [growingBackoff, memoryThatHelps];
