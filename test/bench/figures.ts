/** What benchmarks make of what they have measured. */
import type { OperationRecord } from '../../core/operation.ts';

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** The median time of each step over several runs of one operation, in milliseconds. */
export function stepMedians(records: readonly OperationRecord[]): readonly { title: string; medianMs: number }[] {
  return (records[0]?.steps ?? []).map(({ name, title }) => {
    const times = records.flatMap(({ steps }) => steps.filter((step) => step.name === name));
    const took = times.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? startedAt) - Date.parse(startedAt));
    return { title, medianMs: median(took) };
  });
}
