/** Whether a failed upgrade is rolled back, and what its reader is told when it is not. */
import type { Failure } from './failure.ts';
import { rollbackLimit } from './plan/rollback-limit.ts';
import type { FlinkJob } from './schema/flink-job.ts';

/** What the job could go on from before the new revision was started. */
export interface PointBefore {
  readonly path: string;
  /** Whether it is on the job's list: only such a one can be restored by its number. */
  readonly isSavepoint: boolean;
}

export interface RollbackSeen {
  readonly previous: FlinkJob;
  readonly next: FlinkJob;
  /** The spec of the job that has made the point to go on from, where it was not the previous one: its sinks have committed up to there. */
  readonly committed?: FlinkJob | undefined;
  /** Why the new revision is given up. */
  readonly failure: Failure;
  /** Whether the state that the old job had could not be found: it would start empty, or do again what it has done. */
  readonly isStateUnknown?: boolean;
  /** Where it is known. */
  readonly point?: PointBefore | undefined;
}

export type RollbackDecision =
  | { readonly action: 'rollBack'; readonly failure: Failure }
  /** The job stays stopped, with its restore point. */
  | { readonly action: 'stay'; readonly failure: Failure };

/** What was committed since is not done again: so the old revision must be able to read the checkpoint of the one that did. */
export function decideRollback(seen: RollbackSeen): RollbackDecision {
  const { previous, next, committed, failure } = seen;
  // Somebody wanted the job to end: it does not come back by itself.
  if (!next.spec.upgrade.rollback || failure.code === 'JOB_CANCELED_OUTSIDE') return { action: 'stay', failure };
  if (seen.isStateUnknown && !committed) return { action: 'stay', failure: withoutState(failure) };
  const limit = committed && rollbackLimit(previous, committed);
  return limit === undefined ? { action: 'rollBack', failure } : { action: 'stay', failure: unsafe(seen, limit) };
}

/**
 * What is said where the last stable revision could not be brought back either.
 * @param committed whether the new revision had completed a checkpoint: then that was to be gone on from; and what there was before it.
 */
export function rollbackFailed(failure: Failure, rollback: Failure, committed?: Pick<RollbackSeen, 'point'>): Failure {
  const message = `${failure.message} Going back failed, too: ${rollback.message}`;
  if (committed)
    return {
      ...rollback,
      code: 'ROLLBACK_UNSAFE',
      message: `${message} The new revision had completed a checkpoint, and the old one was to go on from that.`,
      cure: goingBack(committed.point),
    };
  return { ...rollback, message, cure: `${rollback.cure} The job's state is kept, and the next apply starts from it.` };
}

function unsafe({ failure, point }: RollbackSeen, limit: string): Failure {
  return {
    ...failure,
    code: 'ROLLBACK_UNSAFE',
    message: `${failure.message} It was not rolled back: the new revision has completed a checkpoint, and ${limit}.`,
    cure: goingBack(point),
  };
}

function withoutState(failure: Failure): Failure {
  return {
    ...failure,
    code: 'ROLLBACK_UNSAFE',
    message: `${failure.message} It was not rolled back: the state that the old revision had could not be found, and it would do again what it has done.`,
    cure: 'Mend the new revision and apply it. Or go back to a savepoint: `drey savepoint list NAME`, then `drey savepoint restore NAME N --to REVISION`. What the old revision left in its storage is still there.',
  };
}

function goingBack(point: PointBefore | undefined): string {
  return `Mend the new revision and apply it: it goes on from its own checkpoint. ${wayBack(point)}: what was committed since is then committed again.`;
}

/** No checkpoint has a number by which it could be restored. */
function wayBack(point: PointBefore | undefined): string {
  if (!point)
    return 'What the job had before is not known, or was nothing. Where `drey savepoint list NAME` shows an older savepoint, `drey savepoint restore NAME N --to REVISION` goes back to that';
  if (point.isSavepoint)
    return `Or go back with \`drey savepoint restore NAME N --to REVISION\` to the savepoint from before it, ${point.path}`;
  return `Or go back to the checkpoint from before it, ${point.path}: \`drey delete job NAME\`, then apply the old spec with \`spec.job.initialSavepoint\`, that path`;
}
