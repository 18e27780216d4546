/**
 * Whether nobody knows which parallelism a job has: Flink was asked for another one than its spec says, did not come to it, and could not be asked
 * to take it back.
 */
import type { Generation } from '../generation.ts';
import { leavesJobAlone } from '../operation-kinds.ts';
import { hasEnded, type OperationRecord } from '../operation.ts';
import type { StepName } from '../steps.ts';

/** As the generation says. Whatever submits its job anew says which parallelism that has. */
export function isUnsettled({ submission, unsettledIn }: Pick<Generation, 'submission' | 'unsettledIn'>): boolean {
  return unsettledIn === submission;
}

type Ended = Pick<OperationRecord, 'kind' | 'state' | 'steps' | 'rolledBackTo'>;

/** As the job's records tell. @param operations the newest first. */
export function isRecordedUnsettled(operations: readonly OperationRecord[]): boolean {
  const newest = operations.find((one) => hasEnded(one) && (hasSettled(one) || hasFailedToPutBack(one)));
  return newest !== undefined && !hasSettled(newest);
}

/** Bookkeeping asks Flink for nothing, and what becomes of a candidate is not of the job. What was brought back was started anew. */
function hasSettled({ kind, state, rolledBackTo }: Ended): boolean {
  if (rolledBackTo !== undefined) return true;
  return state === 'succeeded' && !leavesJobAlone(kind) && kind !== 'adjust' && kind !== 'discard';
}

const puttingBack: ReadonlySet<string> = new Set<StepName>(['parallelismPutBack', 'tasksRunning']);

/** What was put back to what nobody knew leaves that so. */
function hasFailedToPutBack({ kind, steps }: Ended): boolean {
  return kind === 'rescale' && steps.some(({ name, state }) => state === 'failed' && puttingBack.has(name));
}
