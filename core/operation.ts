/** An operation: one change to a job, with its steps, times, reason and end. The same shape in workflow, API, database and CLI. */
import type { Failure } from './failure.ts';
import type { Notice } from './notice.ts';
import type { OperationKind } from './operation-kinds.ts';
import type { ChangePlan } from './plan/change-plan.ts';

export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'aborted' | 'superseded';

export type StepState = 'running' | 'done' | 'failed' | 'skipped';

/** One step, as people read it. Times are ISO 8601 in UTC. */
export interface StepRecord {
  /** Stable word, such as `jobManagerAnswers`. */
  readonly name: string;
  /** What a person reads: "JobManager answers". */
  readonly title: string;
  readonly state: StepState;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What was seen, such as "2 of 2 slots". */
  readonly detail?: string;
}

/** The whole record of an operation. */
export interface OperationRecord {
  /** Counts from 1 within the job's uid. */
  readonly number: number;
  readonly kind: OperationKind;
  readonly state: OperationState;
  /** Who asked: a token's name, or `drey` for what it does by itself. */
  readonly requestedBy: string;
  /** Why, in a sentence. */
  readonly reason: string;
  /** The revision that it brings about; absent for operations without one. */
  readonly revision?: number;
  readonly generation?: number;
  readonly requestedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly steps: readonly StepRecord[];
  readonly failure?: Failure;
  /** What somebody should know of it although it may have succeeded. */
  readonly notices?: readonly Notice[];
  /** From where the job started, for example a savepoint's path. Absent: empty. */
  readonly restoredFrom?: string;
  /** What was decided when its turn came: the changes, their cost, and how it goes. */
  readonly plan?: ChangePlan;
  /**
   * How long no job ran, or not all of it. Upgrade: from the old job's end to the moment at which all tasks of the new one
   * were seen to run, by Temporal's clock. Rescale: from the checkpoint that the job went on from to the moment at which all
   * tasks ran, by the clock of the JobManager that runs it.
   */
  readonly pauseMs?: number;
  /** The revision that was brought back when the new one failed. */
  readonly rolledBackTo?: number;
  /** What an upgrade found when it stopped the job, where that keeps it from going back: it had finished by itself, or nobody could find its state. */
  readonly stopFound?: 'finished' | 'stateUnknown';
  /** The operation that took the place of this one, before it began or as far as it could still be given up. */
  readonly supersededBy?: number;
  /** Temporal workflow id of the operation's child workflow, for links. */
  readonly workflowId?: string;
}

const ended: readonly OperationState[] = ['succeeded', 'failed', 'aborted', 'superseded'];

/** Whether nothing more will happen in this operation. */
export function hasEnded(operation: Pick<OperationRecord, 'state'>): boolean {
  return ended.includes(operation.state);
}

/** Number of the operation that does what this one was asked to; absent where that is nobody's any more. */
export function successorOf({
  supersededBy,
  failure,
}: Pick<OperationRecord, 'supersededBy' | 'failure'>): number | undefined {
  return failure?.code === 'SUPERSEDED' ? undefined : supersededBy;
}
