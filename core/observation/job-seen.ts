/** What agents see of a job that nothing has to be done about: told past Temporal, so that an idle job costs no action. */
import type { CheckpointObserved, Observation, ObservedJobState } from './observation.ts';

/** As people read it. Times are by the agent's clock or Flink's, as those of observations. */
export interface JobSeen {
  /** When it was seen so; told anew when it becomes another thing, and at least every few minutes. */
  readonly at: string;
  readonly generation: number;
  readonly state: ObservedJobState;
  readonly tasks?: { readonly running: number; readonly total: number };
  /** How often Flink has restarted this submission. */
  readonly restarts: number;
  /** Absent as long as Flink has not told. */
  readonly checkpoints?: CheckpointsSeen;
  /** Those whose pods are ready, and how many there should be. */
  readonly taskManagers: { readonly ready: number; readonly wanted: number };
  /** Absent where nothing is measured. */
  readonly slots?: SlotsSeen;
}

export interface CheckpointsSeen {
  /** When Flink told of them: a JobManager that is silent tells of none, and what it told before stays. */
  readonly readAt: string;
  /** The newest that the submission has completed; absent: none. */
  readonly newest?: CheckpointSeen;
  /** How many have failed since that one. */
  readonly failures: number;
}

export interface CheckpointSeen {
  readonly id: number;
  /** Absent where it is in the JobManager's memory only. */
  readonly path?: string;
  readonly completedAt: string;
  readonly durationMs?: number;
  readonly sizeBytes?: number;
}

/** Of all TaskManagers that have registered. */
export interface SlotsSeen {
  readonly total: number;
  readonly free: number;
}

/** What is told of one job, and which of two such is newer, whoever has told it. */
export interface JobFact {
  readonly uid: string;
  readonly submission: number;
  /** As of observations: of the attempt that has seen it, by Temporal's clock, and counted within that. */
  readonly attemptMs: number;
  readonly seq: number;
  readonly seen: JobSeen;
}

/** A longer path is none that a file system has. */
export const seenPathMax = 1_024;

/** The fact that an observation holds. @param slots as they were measured last */
export function factOf(observation: Observation, slots: SlotsSeen | undefined): JobFact {
  const { uid, generation, submission, order, seenAt, job, restarts, pods } = observation;
  const checkpoints = checkpointsOf(observation);
  const { ready, wanted } = pods.taskmanager;
  return {
    uid,
    submission,
    attemptMs: order.attemptMs,
    seq: order.seq,
    seen: {
      at: seenAt,
      generation,
      state: job.state,
      ...(job.tasks && { tasks: job.tasks }),
      restarts: restarts.count,
      ...(checkpoints && { checkpoints }),
      taskManagers: { ready, wanted },
      ...(slots && { slots }),
    },
  };
}

/** Whether the second says something that the first does not, but for when it was seen. */
export function saysOther(one: JobFact, other: JobFact): boolean {
  return wordsOf(one) !== wordsOf(other);
}

function wordsOf({ uid, submission, seen }: JobFact): string {
  const checkpoints = seen.checkpoints && { ...seen.checkpoints, readAt: '' };
  return JSON.stringify([uid, submission, { ...seen, at: '', checkpoints }]);
}

function checkpointsOf({ checkpoints, seenAt }: Observation): CheckpointsSeen | undefined {
  if (!checkpoints) return undefined;
  const { newest, failures, readAtMs } = checkpoints;
  return {
    readAt: readAtMs === undefined ? seenAt : isoOf(readAtMs),
    ...(newest && { newest: newestOf(newest) }),
    failures,
  };
}

function newestOf({ id, path, completedAtMs, durationMs, sizeBytes }: CheckpointObserved): CheckpointSeen {
  return {
    id,
    ...(path !== undefined && path.length <= seenPathMax && { path }),
    completedAt: isoOf(completedAtMs),
    ...(durationMs !== undefined && { durationMs }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
