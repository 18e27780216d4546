/** What a stop is asked for, and what it answers. */
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import type { PointKind, StateAge } from '../../core/stopping.ts';
import type { GenerationInput } from './dependencies.ts';

export interface StopJobInput extends GenerationInput {
  /** Names the request: the uid of the job whose operation it is, and the operation's number. */
  readonly requester: { readonly uid: string; readonly operation: number };
  /** `savepoint`: with one. `cancel`: cancelled, and its newest checkpoint counts. `discard`: the same, of any age, for who goes
   * back to it; one that cannot be had keeps nobody from starting empty. */
  readonly how: 'savepoint' | 'cancel' | 'discard';
  /** Of the savepoint; native unless said otherwise. */
  readonly format?: 'native' | 'canonical';
  /** How old a checkpoint may be that is gone on from; absent: any age. */
  readonly maxStateAgeMs?: number;
  /** Whether nobody goes on from its state, so that it may be gone. */
  readonly stateMayBeGone?: boolean;
  /** Whether a checkpoint may do where the savepoint fails; absent: `refuse`. */
  readonly whenSavepointFails?: 'refuse' | 'checkpoint';
  /** The time that the stop gets of each attempt, in milliseconds: then the pods are ended and the storage is read. */
  readonly withinMs?: number;
  /** Whether a checkpoint of a job that has ended by itself must be seen in the storage: its JobManager may tell of one that is gone. */
  readonly provesPoint?: boolean;
  /** The newest savepoint of this submission that was asked for: it counts where the job has kept nothing of its own. */
  readonly aside?: string;
  /** The generation that comes next: in its name the storage is read when this one cannot. */
  readonly next?: Generation;
}

export interface StoppedJob {
  readonly restorePoint?: string;
  /** What that is, where the job has made it itself; absent where it is only what it was started from. */
  readonly kind?: PointKind;
  /** Since when that point ages; absent where it does not, as the savepoint of a stop, and where nobody knows. */
  readonly age?: StateAge;
  /** The savepoint of this stop after which the job ran again: its sinks have committed twice. */
  readonly overtaken?: string;
  /** Whether that point is a savepoint after which the job went on: what its sinks had prepared then may be aborted. */
  readonly isAside?: true;
  /** The newer checkpoint that its JobManager told of, and that the storage has no more: its sinks have committed up to there. */
  readonly missed?: string;
  readonly detail: string;
  /** Of a savepoint, where Flink still tells it. */
  readonly sizeBytes?: number;
  /** The same of its format. */
  readonly format?: 'native' | 'canonical';
  /** When it was taken, by the clock of the storage that it was found in; milliseconds since 1970. */
  readonly takenAtMs?: number;
  /** Whether somebody else has stopped the job with it, in Flink and not through Drey. */
  readonly byOthers?: true;
  /** It had finished by itself: what comes next starts from the beginning. */
  readonly finished?: boolean;
  /** When it ended, as Flink says, or else when that was seen; milliseconds since 1970. */
  readonly endedAtMs?: number;
  /**
   * How long before this answer that was, where its JobManager could tell: no two machines' clocks are compared. Where its pods were ended, and
   * this attempt had seen it alive, since then: it ended no earlier.
   */
  readonly endedAgoMs?: number;
  /** Names the request for the savepoint with which it was stopped: that of an operation that was lost, where that had asked. */
  readonly triggerId?: string;
  /** Why the job runs on, untouched: its savepoint failed. */
  readonly refused?: Failure;
  /** It has completed checkpoints, as far as is known, and none of them could be found: nobody can go back to its state. */
  readonly isStateUnknown?: true;
  /** Its pods were ended before it was seen to end: Flink's high availability may still have the job, and would run it again. */
  readonly podsEnded?: true;
}
