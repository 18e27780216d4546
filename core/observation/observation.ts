/**
 * What an agent saw of one generation of a job: the whole of it each time, so that an observation that comes late, twice or
 * never does no harm. It travels in signals: `bounded` keeps it at a few KB.
 */
import type { Failure } from '../failure.ts';
import type { FlinkJobState } from '../flink/flink-job-state.ts';

export interface Observation {
  /** The job's uid, the number of the generation, and the submission whose Flink job this is about. */
  readonly uid: string;
  readonly generation: number;
  readonly submission: number;
  readonly order: ObservationOrder;
  /**
   * When it was made, for people, by the agent's clock; ISO 8601. All other times here are of that clock or of Flink's, which is
   * trusted to be the same, and are compared with nothing but each other: workers may have another time.
   */
  readonly seenAt: string;
  readonly job: JobObserved;
  readonly restarts: RestartsObserved;
  /** What made the job fail or restart last, as far as Flink tells. */
  readonly cause?: CauseObserved;
  /** Absent as long as Flink has not told: it did not answer, or does not know the job. */
  readonly checkpoints?: CheckpointsObserved;
  readonly pods: Readonly<Record<ObservedComponent, PodsObserved>>;
  /** What keeps pods from coming up, as `diagnosePods` found it. */
  readonly podTrouble?: Failure;
  /**
   * Objects of the generation that were there and are not any more, such as `Deployment orders-abcdefgh-2-jm`; the anchor comes
   * first.
   */
  readonly missing: readonly string[];
  /** Objects that are not as Drey applied them. */
  readonly changed: readonly ObjectChange[];
  readonly standstill?: Standstill;
  readonly untold?: Untold;
}

/** Which of two observations is newer, whatever the clocks of agents say. */
export interface ObservationOrder {
  /** When the attempt of the observing activity began, by Temporal's clock; milliseconds since 1970. */
  readonly attemptMs: number;
  /** Counts within that attempt. */
  readonly seq: number;
  /**
   * How long after the agent had taken up the attempt its oldest part was read, by a clock that nobody sets. So
   * `attemptMs + elapsedMs` is by Temporal's clock, and no later than when it was made.
   */
  readonly elapsedMs: number;
}

/** `absent`: a JobManager that answers does not list the job. `silent`: no JobManager answers. */
export type ObservedJobState = FlinkJobState | 'absent' | 'silent';

export interface JobObserved {
  readonly state: ObservedJobState;
  /** Since when it has been up, not up, absent, silent, or ended. The words between which a job that is not up goes do not count. */
  readonly sinceMs: number;
  /** When it was seen to come up; absent where it was up at the first look. */
  readonly cameUpAtMs?: number;
  /** When this submission began to run in Flink: restarts do not change it. */
  readonly startedAtMs?: number;
  /** Those that run or have finished, and all. Absent where Flink does not tell. */
  readonly tasks?: { readonly running: number; readonly total: number };
  /** Why its JobManager did not answer. */
  readonly silence?: string;
}

export interface RestartsObserved {
  /** How often Flink has restarted this submission. */
  readonly count: number;
  /** When the newest were, newest first. */
  readonly recentMs: readonly number[];
}

export interface CauseObserved {
  readonly failure: Failure;
  readonly atMs?: number;
  /** The task that it happened in, as Flink calls it. */
  readonly task?: string;
}

export interface CheckpointsObserved {
  /** When they were asked for: a look that finds all tasks running asks for no more, and what it says of them is older than the look. */
  readonly readAtMs?: number;
  /** When the submission restored its state last: at its start, or when Flink restarted it. */
  readonly restoredAtMs?: number;
  /** Until when a savepoint was under way, whatever became of it: Flink begins no checkpoint meanwhile. */
  readonly savepointAtMs?: number;
  /** Absent where the job makes none by time. */
  readonly intervalMs?: number;
  /** The savepoint with which the job was stopped, by whomever. */
  readonly stoppedWith?: string;
  /** The newest that this submission has completed. */
  readonly newest?: CheckpointObserved;
  /** How many have failed since that one. */
  readonly failures: number;
  /** Why the newest of them failed. */
  readonly failure?: Failure;
}

export interface CheckpointObserved {
  readonly id: number;
  /** Absent where it is in memory only. */
  readonly path?: string;
  readonly completedAtMs: number;
  /** From its trigger to the last acknowledgement. */
  readonly durationMs?: number;
  /** Of the state that is in it. */
  readonly sizeBytes?: number;
}

export type ObservedComponent = 'jobmanager' | 'taskmanager';

export interface PodsObserved {
  /** How many there should be. */
  readonly wanted: number;
  /** Those that run or may still come up. */
  readonly present: number;
  readonly ready: number;
  /** Those that something is wrong with, the worst first. */
  readonly troubled: readonly PodObserved[];
}

export interface PodObserved {
  readonly name: string;
  readonly isReady: boolean;
  readonly node?: string;
  /** Since when Kubernetes has not heard of its node. */
  readonly nodeLostMs?: number;
  /** The container that the rest is about. */
  readonly container?: string;
  /** Kubernetes's word for what the container waits for, such as `CrashLoopBackOff`. */
  readonly waiting?: string;
  /** How often the container was started anew. */
  readonly restarts?: number;
  /** How the container ended last. */
  readonly ended?: ContainerEnd;
}

export interface ContainerEnd {
  readonly exitCode: number;
  /** Kubernetes's word, such as `OOMKilled`. */
  readonly reason?: string;
  readonly atMs?: number;
  /** Whether its pod was ready again since, though it may not be now. */
  readonly wasReadySince?: true;
  /** The container's limit, such as `1728Mi`. */
  readonly memoryLimit?: string;
}

export interface ObjectChange {
  readonly object: string;
  /** What is different, such as `replicas: 0 instead of 1`. */
  readonly what: string;
}

/** That nothing moves: what a source has put out in a while in which no checkpoint was completed, and how much of it it was backpressured. */
export interface Standstill {
  readonly vertex: string;
  readonly windowMs: number;
  readonly recordsOut: number;
  /** From 0 to 1. */
  readonly backpressure: number;
}

/** What Flink was asked for again and again, and has not told of a job that it lists. What is known of that is as old. */
export interface Untold {
  readonly what: readonly UntoldPart[];
  readonly sinceMs: number;
  /** What came in its place, in a sentence. */
  readonly why: string;
}

export type UntoldPart = 'failures' | 'checkpoints';
