/** Rules on recovery: what is said must be able to come about. */
import { allBackoffsMs } from '../recovery/backoff.ts';
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

/** Else attempts would leave the window as fast as new ones come, and a job that never lasts be tried for ever. */
const budgetThatEnds = rule(['recovery'], (recovery) => {
  const needed = allBackoffsMs(recovery);
  if (needed < parseDurationMs(recovery.window)) return [];
  const message = `is ${recovery.window}, and the waits between ${recovery.attempts} attempts are ${needed / 1000} s together`;
  const hint = 'Raise it, or lower `attempts` or `backoff.max`: else the attempts never come to an end.';
  return [problem(['spec', 'recovery', 'window'], message, hint)];
});

const memoryThatHelps = rule(
  ['recovery', 'jobManager.resources', 'taskManager.resources'],
  ({ memory: { max } }, jobManager, taskManager) => {
    const sizes = [jobManager, taskManager].flatMap((one) => memoryOf(one) ?? []);
    if (max === undefined || sizes.length === 0) return [];
    if (sizes.some((size) => parseMemoryBytes(size) < parseMemoryBytes(max))) return [];
    const message = `is ${max}, no more than what JobManager and TaskManagers have`;
    return [problem(['spec', 'recovery', 'memory', 'max'], message, 'Raise it, or leave it out.')];
  },
);

function memoryOf({ limits, requests }: Resources): string | undefined {
  return limits?.memory ?? requests?.memory;
}

export const recoveryRules: readonly SpecRule[] = [growingBackoff, budgetThatEnds, memoryThatHelps];
