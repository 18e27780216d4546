/** An operation whose workflow never began: nothing of its job has changed by it. */
import type { Failure } from './failure.ts';
import { givenUpBefore } from './job-changes.ts';
import type { OperationInput, OperationResult } from './operation-result.ts';
import { orphansStay } from './orphans.ts';
import { toldOf, type Successor } from './superseded.ts';

/** Why it never began. */
export interface NeverBegun {
  readonly failure: Failure;
  /** The operation that took its place, where it was given up for one. */
  readonly by?: Successor | undefined;
}

/** What is known after a wait for others of which one has its id. */
export interface Waited {
  /** Workflow ids of those that may still act. */
  readonly stay: readonly string[];
  /** What asks it to give up. */
  readonly abort: { readonly reason: string; readonly by?: Successor } | undefined;
  readonly isTimeUp: boolean;
  /** Of the job. */
  readonly name: string;
}

/** Why it does not begin any more; undefined where it is to be tried again. */
export function waitedInVain({ stay, abort, isTimeUp, name }: Waited): NeverBegun | undefined {
  if (abort) return { failure: givenUpBefore(abort.reason), by: abort.by };
  return isTimeUp ? { failure: orphansStay(stay, name) } : undefined;
}

/** Its result, with its last record among the rows to be written. @param now ISO 8601 in UTC. */
export function neverBegun(input: OperationInput, { failure, by }: NeverBegun, now: string): OperationResult {
  const { uid, generations, wasRunning: leftRunning, restorePoint, aging, startedFrom } = input;
  const state = failure.code === 'ABORTED' ? 'aborted' : 'failed';
  const record = { ...input.record, state, endedAt: now, ...toldOf(failure, input, by) } as const;
  const recordSeq = input.recordSeq + 1;
  return {
    record,
    recordSeq,
    generations,
    leftRunning,
    ...(restorePoint !== undefined && { restorePoint }),
    ...(aging && { aging }),
    ...(startedFrom !== undefined && { startedFrom }),
    failure,
    unwritten: [{ kind: 'operation', uid, seq: recordSeq, operation: record }],
  };
}
