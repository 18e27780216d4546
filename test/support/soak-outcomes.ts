/** What may become of what a soak asks for. Anything else is a fault of Drey's own, however often its jobs are struck. */
import type { ProblemCode } from '../../api/problem.ts';

export interface Outcome {
  /** In words. */
  readonly outcome: string;
  /** Whether nobody should ever get that. */
  readonly isFault?: true;
}

/** What people are told, too, where something is away or somebody else was faster. */
const refusals: readonly ProblemCode[] = [
  'NO_EARLIER_REVISION',
  'NO_SUCH_SAVEPOINT',
  'NOT_YET_ACCEPTED',
  // A verb is made of the job as its records have it, and these may be late.
  'PRECONDITION_FAILED',
  'QUEUE_FULL',
  'RECORDS_AWAY',
  'RECORDS_BEHIND',
  'SAVEPOINT_IN_USE',
  'SAVEPOINT_NEEDED',
  'WORKFLOWS_AWAY',
];

/** @param code of the problem that the API answered with */
export function refusedWith(code: string): Outcome {
  const isKnown = refusals.some((one) => one === code);
  return { outcome: code, ...(!isKnown && { isFault: true as const }) };
}

/** @param code of the failure, where there is one */
export function endedAs(state: string, code: string | undefined): Outcome {
  const outcome = code === undefined ? state : `${state}: ${code}`;
  // A failure that says nothing of itself is no better.
  const isFault = code === 'INTERNAL' || (state === 'failed' && code === undefined);
  return { outcome, ...(isFault && { isFault }) };
}

/** What became of one change. */
export interface Done extends Outcome {
  readonly job: string;
  readonly verb: string;
}

/** What nobody should ever get, in words. */
export function faultsIn(done: readonly Done[]): string[] {
  return done.flatMap(({ job, verb, outcome, isFault }) => (isFault ? [`${job}, ${verb}: ${outcome}`] : []));
}
