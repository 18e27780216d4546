/**
 * What the autoscaler is given of a job: its vertices, and what Flink's REST told of them over time. Values are as Flink
 * gives them, in its units. What Flink did not give is absent: an absent value is unknown, never zero.
 */

/** A number of Flink, which may be none: JSON has no other way to write these. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

/** A metric over the subtasks of a vertex, or over the TaskManagers of a job, as Flink's aggregating REST gives it. */
export interface Aggregate {
  readonly min: Figure;
  readonly max: Figure;
  readonly avg: Figure;
  readonly sum: Figure;
}

/** An edge into a vertex. */
export interface VertexInput {
  /** The vertex that the records come from. */
  readonly id: string;
  /** `FORWARD`, `HASH`, `REBALANCE`, `RESCALE`, `BROADCAST` …, as the job's plan says it. */
  readonly shipStrategy: string;
}

/** One vertex of the job's graph. Without inputs it is a source; without outputs, a sink. */
export interface JobVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly inputs: readonly VertexInput[];
  readonly slotSharingGroup?: string;
  /** Partitions that a source reads, where its metrics tell (Kafka, Pulsar). */
  readonly sourcePartitions?: number;
  /** All its subtasks have finished: nothing to scale. */
  readonly finished?: boolean;
}

/** What was seen of one vertex at one moment. Counters begin anew when the tasks are started. */
export interface VertexSample {
  /** 0 to 1000, per subtask. */
  readonly busyMsPerSecond?: Aggregate;
  readonly idleMsPerSecond?: Aggregate;
  readonly backPressuredMsPerSecond?: Aggregate;
  /** `accumulated-busy-time` of the job's details: milliseconds over all subtasks since they started. */
  readonly accumulatedBusyMs?: Figure;
  /** Counters `read-records` and `write-records` of the job's details, over all subtasks. */
  readonly recordsIn?: number;
  readonly recordsOut?: number;
  /** What the job's details say of themselves (`…-complete`); false where some subtask had not reported. */
  readonly complete?: boolean;
  /** `numRecordsInPerSecond`, and `numRecordsOutPerSecond`: sums over the subtasks. */
  readonly recordsInPerSecond?: Figure;
  readonly recordsOutPerSecond?: Figure;
  /** Of sources: `Source__*.numRecordsIn`, `.numRecordsOut` (counters) and `.numRecordsInPerSecond`, sums. */
  readonly sourceRecordsIn?: Figure;
  readonly sourceRecordsOut?: Figure;
  readonly sourceRecordsInPerSecond?: Figure;
  /** Of sources: `*.pendingRecords`, summed over subtasks and operators. */
  readonly pendingRecords?: Figure;
}

/** What was seen of the TaskManagers. Bytes, over all TaskManagers of the job. */
export interface TaskManagerSample {
  readonly count?: number;
  readonly heapMaxBytes?: Aggregate;
  readonly heapUsedBytes?: Aggregate;
  readonly managedUsedBytes?: Aggregate;
  readonly metaspaceUsedBytes?: Aggregate;
  /** `Status.JVM.GarbageCollector.All.TimeMsPerSecond`. */
  readonly gcMsPerSecond?: Aggregate;
}

/** What was seen of a whole job at one moment. */
export interface JobSample {
  readonly atMs: number;
  /** Since when its tasks run: another value than now's means a restart in between. */
  readonly runningSinceMs?: number;
  readonly vertices: Readonly<Record<string, VertexSample>>;
  readonly taskManagers?: TaskManagerSample;
  readonly slotsTotal?: number;
  readonly slotsAvailable?: number;
  /** Values of the policy's custom metrics, by their names. */
  readonly custom?: Readonly<Record<string, Figure>>;
}

/** What one TaskManager is given. */
export interface TaskManagerResources {
  readonly slots: number;
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  /** Flink options of its memory, as the user gave them. */
  readonly configuration?: Readonly<Record<string, string>>;
}

/** A job as it is at the moment of the decision. */
export interface AutoscaledJob {
  readonly id: string;
  readonly name: string;
  /** Flink's word; `RUNNING` only where all tasks run or have finished. */
  readonly state: string;
  /** Since when all its tasks run: `timestamps.RUNNING` of its details. */
  readonly runningSinceMs?: number;
  /** Digest of what a record's cost depends on, such as image and arguments; absent: not known. See program-digest.ts. */
  readonly program?: string;
  /** Restarts that Flink counts (`numRestarts`) since the job was submitted. */
  readonly restarts?: number;
  /** In the plan's order: a vertex comes after its inputs. */
  readonly vertices: readonly JobVertex[];
  readonly taskManagers?: TaskManagerResources;
  /** When a TaskManager was last lost for want of memory (an OutOfMemoryError, or killed), and how large its process was. */
  readonly outOfMemory?: { readonly atMs: number; readonly memoryBytes: number };
  /** Of the running job's checkpoints: how long the newest took, how much state it holds. */
  readonly checkpoint?: { readonly durationMs?: number; readonly stateBytes?: number; readonly failing?: boolean };
}
