/** Tasks that are where they should be. */
import type { TaskCounts } from './client.ts';

/** How many run or have finished: for a checkpoint Flink needs the others to get there, too. */
export function tasksThere(tasks: TaskCounts): number {
  return (tasks.RUNNING ?? 0) + (tasks.FINISHED ?? 0);
}
