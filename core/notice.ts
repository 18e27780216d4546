/** What somebody should know of an operation although it may have succeeded. */

export interface Notice {
  /** Stable; the sentence beside it may be improved. */
  readonly code: 'COMMITTED_TWICE';
  readonly message: string;
}

/**
 * A stop's savepoint has committed what the job had put out since its newest checkpoint. Where the JobManager was lost before it could end
 * the job, and nobody ended its pods in time, high availability has run the job again from that checkpoint.
 * @param checkpoint the one that it has completed since: only with that has it committed again.
 */
export function committedTwice(savepoint: string, checkpoint: string): Notice {
  return {
    code: 'COMMITTED_TWICE',
    message: `Records from the last checkpoint before savepoint ${savepoint} on may have been committed twice: the savepoint committed them, the job did not end with it, most often because its JobManager was lost, and then ran again from that checkpoint until it completed ${checkpoint}, from which it goes on.`,
  };
}
