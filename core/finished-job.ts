/** A job that has ended, and not by an operation: what is left of it, and whether it is run again. */
import { missingNothing } from './generation.ts';
import { waitingChange } from './job-changes.ts';
import type { JobState } from './job-state.ts';
import type { OperationInput } from './operation-result.ts';

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

/**
 * Whether a job that an operation finds to have finished stays so. Who changes its spec wants another run; a recovery, or what an autoscaler has
 * decided, is about the one that was.
 */
export function staysFinished({ asked }: Pick<OperationInput, 'asked'>): boolean {
  return asked === undefined;
}

/** One that has finished runs again from its beginning: it misses nothing, and what it was started from is needed no more. */
export function noteFinished(state: JobState): void {
  state.generations = missingNothing(state.generations);
  state.startedFrom = undefined;
}
