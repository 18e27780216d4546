/** Why a job stands still, so that nobody resumes what Drey itself had to bring back. */
import type { JobView } from '../../core/job.ts';
import { leavesJobAlone, type OperationKind } from '../../core/operation-kinds.ts';
import type { OperationRecord } from '../../core/operation.ts';

/** How an operation that changes its job has ended, as far as that matters here. */
type Ended = Pick<OperationRecord, 'number' | 'kind' | 'state' | 'requestedBy'>;

/**
 * `asked`: somebody has stopped it. `itsOperationFailed`: what somebody asked for failed, and that is theirs to go on from.
 * `abandoned`: it was to be brought back, and was not; or it was stopped by nobody.
 */
export type Standstill = 'asked' | 'itsOperationFailed' | 'abandoned';

const stops: Readonly<Partial<Record<string, OperationKind>>> = { SUSPENDED: 'suspend', CANCELED: 'cancel' };

/** What Drey does by itself says so. */
const byItself = 'drey';

/**
 * @param job one that is SUSPENDED, CANCELED or FAILED, with nothing under way.
 * @param operations its operations, in any order.
 */
export function standsBecause({ phase, trouble }: Pick<JobView, 'phase' | 'trouble'>, operations: readonly Ended[]) {
  const [newest] = operations
    .filter(({ kind, state }) => !leavesJobAlone(kind) && state !== 'superseded')
    .toSorted((one, other) => other.number - one.number);
  return reasonOf(phase, trouble?.next === 'givenUp', newest);
}

function reasonOf(phase: string, isGivenUp: boolean, newest: Ended | undefined): Standstill {
  if (!newest || newest.requestedBy === byItself) return 'abandoned';
  if (newest.kind === stops[phase]) return newest.state === 'succeeded' ? 'asked' : 'abandoned';
  // Recovery that has given up says so, also where the operation before it had failed.
  const isFailure = phase === 'FAILED' && newest.state === 'failed' && !isGivenUp;
  return isFailure ? 'itsOperationFailed' : 'abandoned';
}
