/** What a job's deletion does, as its spec and its caller say. */
import type { QueuedOperation } from './job-state.ts';
import type { Deletion, FlinkJob } from './schema/flink-job.ts';

/** What the caller said, for this once. */
export type DeletionWish = Pick<QueuedOperation, 'deletion' | 'savepointsLeft'>;

/** How the job is ended. */
export function deletionOf({ spec }: FlinkJob, { deletion }: DeletionWish): Deletion {
  return deletion ?? spec.cleanup.deleted;
}

/** Whether its savepoints go with it: a job that is left running may need them. */
export function savepointsGo(job: FlinkJob, wish: DeletionWish): boolean {
  return deletionOf(job, wish) !== 'leave' && (wish.savepointsLeft ?? job.spec.cleanup.savepoints) === 'dispose';
}
