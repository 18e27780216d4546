/** What is left of a job that has ended, and not by an operation. */
import { waitingChange } from './job-changes.ts';
import type { JobState } from './job-state.ts';

/** What the spec says of its Flink cluster, by how it has ended: by itself, or because somebody canceled it in Flink. */
const saidBy = { FINISHED: 'finished', CANCELED: 'canceled' } as const;

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
  if ((phase !== 'FINISHED' && phase !== 'CANCELED') || !active || waitingChange(queue)) return false;
  return active.spec.spec.cleanup[saidBy[phase]] === 'remove' && !generations.some(({ candidate }) => candidate);
}
