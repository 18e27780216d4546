/** What somebody should know of an operation although it may have succeeded. */

export interface Notice {
  /** Stable; the sentence beside it may be improved. */
  readonly code: 'COMMITTED_TWICE' | 'RECORDS_MAY_BE_LOST';
  readonly message: string;
}

/** As much of what a stop answers as says what its sinks may have done. */
interface GoneOnFrom {
  /** From where the next start goes on. */
  readonly restorePoint?: string;
  /** The savepoint of the stop after which the job ran again. */
  readonly overtaken?: string;
  /** Whether the restore point is a savepoint after which the job went on. */
  readonly isAside?: true;
  /** The newer checkpoint that its JobManager told of, and that is gone. */
  readonly missed?: string;
}

/** What is to be told of a stop. */
export function noticesOf({ restorePoint, overtaken, isAside, missed }: GoneOnFrom): readonly Notice[] {
  if (restorePoint === undefined) return [];
  return [
    ...(overtaken === undefined ? [] : [ranAgain(overtaken, restorePoint)]),
    ...(missed === undefined ? [] : [wentBack(missed, restorePoint)]),
    ...(isAside ? [wentOn(restorePoint)] : []),
  ];
}

/**
 * A stop's savepoint has committed what the job had put out since its newest checkpoint. Where the JobManager was lost before it could end
 * the job, and nobody ended its pods in time, high availability has run the job again from that checkpoint.
 * @param checkpoint the one that it has completed since: only with that has it committed again.
 */
function ranAgain(savepoint: string, checkpoint: string): Notice {
  return {
    code: 'COMMITTED_TWICE',
    message: `Records from the last checkpoint before savepoint ${savepoint} on may have been committed twice: the savepoint committed them, the job did not end with it, most often because its JobManager was lost, and then ran again from that checkpoint until it completed ${checkpoint}, from which it goes on.`,
  };
}

/** A job's sinks have committed what they put out before its newest checkpoint, also where that is lost. */
function wentBack(checkpoint: string, older: string): Notice {
  return {
    code: 'COMMITTED_TWICE',
    message: `Records between ${older} and ${checkpoint} may have been committed twice: the JobManager told of ${checkpoint} as completed, and so the sinks have committed them, but the storage does not have it any more, and the job goes on from ${older}.`,
  };
}

/**
 * A savepoint that was asked for commits nothing: the transactions that are in it are committed with the next checkpoint, or aborted where Flink
 * restarts the job from before it.
 */
function wentOn(savepoint: string): Notice {
  return {
    code: 'RECORDS_MAY_BE_LOST',
    message: `The job has kept no checkpoint and goes on from savepoint ${savepoint}, which was taken while it ran. Where Flink has restarted the job since, transactional sinks have aborted what they had written before that savepoint and not committed: those records may be missing in their output.`,
  };
}
