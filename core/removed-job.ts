/** A job that was removed, as the records remember it, and the operation that deletes savepoints of it. */
import { queuedOperation } from './job-changes.ts';
import type { QueuedOperation, Revision } from './job-state.ts';
import type { JobView } from './job.ts';
import { operationWorkflowId, submissionNumber } from './names.ts';
import type { TargetInput } from './operation-result.ts';
import type { CompletedSavepoint } from './savepoint.ts';

export interface RemovedJob {
  readonly job: JobView;
  /** Sequence number of `job` as a row. */
  readonly jobSeq: number;
  /** The highest numbers of its operations and generations that are recorded; 0 where none is. */
  readonly lastOperation: number;
  readonly lastGeneration: number;
}

/** The same, with what was asked for. */
export interface RecalledJob extends RemovedJob {
  /** Those whose files are there, the oldest first. */
  readonly savepoints: readonly CompletedSavepoint[];
  /** A spec with which their storage can be reached. */
  readonly host: Revision;
}

export interface RemovedDisposal extends Pick<QueuedOperation, 'record' | 'recordSeq'> {
  readonly input: TargetInput;
}

/** A rollback makes a generation that no record names: at most one above those that are named. */
const generationsUnnamed = 1;

/** The operation as it is queued. `number` is one of the removed job's own. */
export function disposalOfRemoved(
  { job, lastGeneration, savepoints, host }: RecalledJob,
  wish: { readonly number: number; readonly requestedBy: string; readonly now: string },
): RemovedDisposal {
  const { tenant, name, uid } = job;
  const { number } = wish;
  const workflowId = operationWorkflowId(job, number, 'dispose');
  const queued = queuedOperation('dispose', { ...wish, reason: reasonOf(savepoints), workflowId });
  const { cluster, namespace } = host.spec.spec;
  const input: TargetInput = {
    ...queued,
    tenant,
    name,
    uid,
    cluster,
    namespace,
    generations: [],
    wasRunning: false,
    spec: host.spec,
    askCluster: true,
    savepointWish: { disposeOfRemoved: savepoints },
    target: {
      identity: { tenant, name, uid, number: lastGeneration + generationsUnnamed + 1 },
      revision: host.number,
      specHash: host.specHash,
      spec: host.spec,
      submission: submissionNumber(number, 0),
    },
  };
  return { ...queued, input };
}

function reasonOf(savepoints: readonly CompletedSavepoint[]): string {
  const numbers = savepoints.map(({ number }) => number).join(', ');
  return `${savepoints.length === 1 ? 'Savepoint' : 'Savepoints'} ${numbers} of the removed job shall go`;
}
