/** Whether the TaskManagers' memory is the trouble, and no parallelism. Source: `ScalingExecutor.isJobUnderMemoryPressure`. */
import type { Collected, CollectedJob } from './collected.ts';
import type { Reason } from './decision.ts';
import type { OperatorOptions } from './options.ts';
import { averageOf } from './statistics.ts';
import { percent } from './words.ts';

/** The mean of a job's metric over the window. */
export function jobAverage(history: readonly Collected[], metric: keyof CollectedJob): number {
  return averageOf(history.map(({ job }) => job[metric]));
}

/** The newest value of a job's metric. */
export function jobNewest(history: readonly Collected[], metric: keyof CollectedJob): number {
  return history.at(-1)?.job[metric] ?? Number.NaN;
}

/** Newest garbage collection, or mean use of the heap, above its threshold. With the operator's defaults, neither ever is. */
export function memoryPressure(history: readonly Collected[], options: OperatorOptions): Reason | undefined {
  const gc = jobNewest(history, 'gcPressure');
  if (gc > options.gcPressureThreshold)
    return reason(
      `Garbage collection takes ${percent(gc)} of the time, more than ${percent(options.gcPressureThreshold)}.`,
    );
  const heap = jobAverage(history, 'heapUsage');
  if (heap > options.heapUsageThreshold)
    return reason(`The heap is used to ${percent(heap)}, more than ${percent(options.heapUsageThreshold)}.`);
  return undefined;
}

function reason(text: string): Reason {
  return { code: 'MEMORY_PRESSURE', text: `${text} Give the TaskManagers more memory.` };
}
