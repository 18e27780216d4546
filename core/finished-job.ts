/** What is left of a job that has finished by itself. */
import { waitingChange } from './job-changes.ts';
import type { JobState } from './job-state.ts';

/**
 * Whether its Flink cluster is still there and is to go. Where a candidate runs beside it, people decide first; and a change that waits
 * clears it away by itself.
 */
export function leavesCluster({
  phase,
  generations,
  queue,
}: Pick<JobState, 'phase' | 'generations' | 'queue'>): boolean {
  const active = generations.at(-1);
  if (phase !== 'FINISHED' || !active || waitingChange(queue)) return false;
  return active.spec.spec.cleanup.finished === 'remove' && !generations.some(({ candidate }) => candidate);
}
