/** What one reading of a running job has given: what its autoscaler decides on, and what people look at besides. */
import type { Aggregate, AutoscaledJob, JobSample, TaskManagerSample } from '../autoscaler/samples.ts';

/** What was seen of the Flink cluster. Bytes, over all its TaskManagers. What Flink did not tell is absent. */
export interface FlinkClusterReading {
  readonly taskManagers?: TaskManagersSeen;
  readonly slotsTotal?: number;
  readonly slotsAvailable?: number;
}

export interface TaskManagersSeen extends TaskManagerSample {
  readonly managedMaxBytes?: Aggregate;
  readonly metaspaceMaxBytes?: Aggregate;
}

/** The job's checkpoints, savepoints left out. */
export interface CheckpointsReading {
  readonly completed: number;
  readonly failed: number;
  readonly newest?: { readonly atMs: number; readonly durationMs: number; readonly stateBytes: number };
}

export interface JobReading {
  /** Without what its TaskManagers are given: Flink's REST does not tell what the user gave. */
  readonly job: AutoscaledJob;
  readonly sample: JobSample & FlinkClusterReading;
  readonly checkpoints?: CheckpointsReading;
}

/**
 * Whether all is there that a decision rests on. Just after its tasks were started a job has not reported everything: it
 * is worth asking again soon.
 */
export function isWhole({ job, sample }: JobReading): boolean {
  return job.vertices.every(({ id, finished }) => {
    const vertex = sample.vertices[id];
    return finished === true || (vertex?.busyMsPerSecond !== undefined && vertex.complete !== false);
  });
}

/** Nearly all the time of every subtask. */
const idleMs = 990;

/** Whether nothing is to do anywhere, so that nothing is missed by looking less often. */
export function isIdle({ job, sample }: JobReading): boolean {
  return job.vertices.every(({ id, finished }) => {
    const vertex = sample.vertices[id];
    const isResting = typeof vertex?.idleMsPerSecond?.min === 'number' && vertex.idleMsPerSecond.min >= idleMs;
    return finished === true || (isResting && !(Number(vertex.pendingRecords ?? 0) > 0));
  });
}
