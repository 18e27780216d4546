/** How the operation of a decision has ended, as the autoscaler is told. */
import type { OperationRecord } from '../operation.ts';
import type { ScalingEnded } from './scaling-request.ts';

/** The job when it has ended. */
export interface JobThen {
  /** Newest revision that was accepted. */
  readonly revision: number;
  /** The generation that runs the job; absent where none does. */
  readonly generation?: number | undefined;
  /** ISO 8601; for an operation of which nobody knows when it ended. */
  readonly at: string;
}

/** One that was given up for a newer spec says nothing of the scaling: that gave way. */
export function scalingEnd(
  decision: string,
  { number, state, endedAt, pauseMs, failure, revision }: OperationRecord,
  job: JobThen,
): ScalingEnded {
  const wasGivenUp = state === 'superseded' || state === 'aborted';
  const gaveWay = wasGivenUp && revision !== undefined && revision < job.revision;
  return {
    decision,
    operation: number,
    state,
    endedAt: endedAt ?? job.at,
    ...(pauseMs !== undefined && { pauseMs }),
    ...(failure && { failure: { code: failure.code, message: failure.message } }),
    ...(job.generation !== undefined && { generation: job.generation }),
    ...(gaveWay && { gaveWay }),
  };
}
