/**
 * Whether a decision fits its load. What a record really takes is told by counters of Flink, while the engine goes by gauges; it is never less than
 * what the record waits, and more where the machine has much to do.
 */
import { expect } from '@jest/globals';
import type { DecisionSummary } from '../../clients/drey/autoscaler-shapes.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import { numberOf } from '../../core/autoscaler/figure.ts';
import { windows, workersOf } from './scaled-job.ts';
import { decisionInHistory } from './seen-decisions.ts';

/**
 * The decision changes the `ledger` alone, and the job has as many subtasks as this load needs.
 * @param rate records a second.
 * @param leastMicros what a record takes at least. @returns the subtasks.
 */
export async function expectFits(
  name: string,
  { id, changes }: DecisionSummary,
  rate: number,
  leastMicros: number,
): Promise<number> {
  const subtasks = await expectEnough(name, id, rate, leastMicros);
  expect(changes).toMatchObject([{ name: expect.stringMatching(/^ledger/), to: subtasks }]);
  return subtasks;
}

/**
 * By what a record took when that was decided, the job has as many subtasks as this load needs: they can do it, and without one of them the others
 * would be busier than they shall be. That is 80 % where they grow and 70 % where they shrink; what came in within 20 s is known to a fifth.
 * @param id the decision's; it need not change anything.
 * @param rate records a second.
 * @param leastMicros what a record takes at least. @returns the subtasks.
 */
export async function expectEnough(name: string, id: string, rate: number, leastMicros: number): Promise<number> {
  const subtasks = await workersOf(name);
  const { input } = await decisionInHistory(name, id);
  const seconds = secondsOfRecord(input);
  expect(seconds).toBeGreaterThan((0.95 * leastMicros) / 1_000_000);
  const busyWith = (count: number) => (rate * seconds) / count;
  expect(busyWith(subtasks)).toBeLessThan(0.98);
  if (subtasks > 1) expect(busyWith(subtasks - 1)).toBeGreaterThan(0.6);
  return subtasks;
}

/** How long a subtask of the `ledger` was busy with each record, over the window by which was decided. */
function secondsOfRecord({ job, samples, nowMs }: AutoscalerInput): number {
  const { id = '' } = job.vertices.find((vertex) => vertex.name.startsWith('ledger')) ?? {};
  const window = samples.filter(({ atMs }) => atMs >= nowMs - windows.windowMs);
  const [first, last] = [window[0], window.at(-1)].map((sample) => sample?.vertices[id]);
  const grown = (counter: 'accumulatedBusyMs' | 'recordsIn') => numberOf(last?.[counter]) - numberOf(first?.[counter]);
  return grown('accumulatedBusyMs') / grown('recordsIn') / 1000;
}
