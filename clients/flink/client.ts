/** What Drey does with the REST interface of one Flink cluster. Names and shapes are ours, the same for every Flink version. */
import type { Aggregate, Figure, VertexInput } from '../../core/autoscaler/samples.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';

/** The states of a task, as Flink counts them. */
export type TaskState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED'
  | 'RECONCILING';

export type TaskCounts = Readonly<Partial<Record<TaskState, number>>>;

export interface FlinkOverview {
  readonly flinkVersion: string;
  readonly taskManagers: number;
  readonly slotsTotal: number;
  readonly slotsAvailable: number;
}

export interface FlinkConfig {
  readonly flinkVersion: string;
  readonly webSubmit: boolean;
  readonly refreshIntervalMs: number;
}

export interface JobSummary {
  readonly id: string;
  readonly name: string;
  readonly state: FlinkJobState;
  readonly startedAtMs: number;
  /** Absent while the job has not ended. */
  readonly endedAtMs?: number;
  readonly tasksTotal: number;
  readonly tasks: TaskCounts;
}

interface Vertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly state: TaskState;
  readonly tasks: TaskCounts;
  /** Where its records come from, as the plan says it: empty for a source, absent where the plan does not have it. */
  readonly inputs?: readonly VertexInput[];
  readonly slotSharingGroup?: string;
  /** Absent where this Flink does not tell it. */
  readonly io?: VertexIo;
}

/** What a vertex has done since its tasks were started, over all its subtasks. */
export interface VertexIo {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly busyMs?: Figure;
  /** False where some subtask has not reported: then the others are too small, or zero. */
  readonly complete: boolean;
}

export interface JobDetail {
  readonly id: string;
  readonly name: string;
  readonly state: FlinkJobState;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** When its JobManager gave this answer, by the same clock as the other times. */
  readonly nowMs: number;
  /** When each state was last entered, in milliseconds; states never entered are absent. */
  readonly enteredAtMs: Readonly<Partial<Record<FlinkJobState, number>>>;
  readonly vertices: readonly Vertex[];
}

/** An exception as Flink tells it: the class at the top, and the whole trace as text. */
export interface FlinkException {
  readonly name: string;
  readonly stackTrace: string;
  readonly timestampMs?: number;
  readonly taskName?: string;
  readonly taskManagerId?: string;
}

export interface JobExceptions {
  /** What made the job fail or restart last; absent where nothing has. */
  readonly root?: FlinkException;
  /** Newest first. */
  readonly history: readonly FlinkException[];
}

/** A Flink 2.3 application: one run of a `main` method. */
export interface FlinkApplication {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly jobs: Readonly<Record<string, number>>;
}

export interface RunJarRequest {
  /** The jar's file name in the upload folder; `job.jar` unless said otherwise. */
  readonly jar?: string | undefined;
  /** 32 hex digits; a second request with the same id starts no second job. */
  readonly jobId: string;
  readonly entryClass?: string | undefined;
  readonly args: readonly string[];
  readonly parallelism: number;
  /** The restore point; absent starts empty. It is never claimed (NO_CLAIM). */
  readonly savepointPath?: string | undefined;
  readonly allowNonRestoredState?: boolean | undefined;
}

/** A jar in Flink's upload folder. */
export interface UploadedJar {
  /** Its file name there, by which it is run. */
  readonly id: string;
  /** The name that it was uploaded under. */
  readonly name: string;
}

/** How an asynchronous request stands. `unknown`: Flink has never heard of it, or has forgotten it (after 5 min). */
export type AsyncResult<Done> =
  | ({ readonly state: 'completed' } & Done)
  | { readonly state: 'inProgress' }
  | { readonly state: 'failed'; readonly cause: FlinkException }
  | { readonly state: 'unknown' };

interface SavepointRequest {
  readonly targetDirectory: string;
  readonly triggerId: string;
  /** Native unless said otherwise. */
  readonly format?: 'native' | 'canonical' | undefined;
}

interface StopRequest extends SavepointRequest {
  /** Send the last watermark first, for a job that shall never go on. */
  readonly drain?: boolean | undefined;
}

/** A completed checkpoint or savepoint. */
export interface CheckpointRecord {
  readonly id: number;
  readonly savepoint: boolean;
  readonly triggeredAtMs: number;
  /** The last acknowledgement. */
  readonly completedAtMs: number;
  readonly stateBytes: number;
  /** Where it lies; absent where it is in memory only. */
  readonly path?: string;
  readonly discarded: boolean;
  /** Whether it is the savepoint with which the job was stopped. */
  readonly isStop: boolean;
  /** Of a savepoint, as far as Flink tells it. */
  readonly format?: 'native' | 'canonical';
}

/** A checkpoint or savepoint that failed. */
export interface FailedCheckpoint {
  readonly id: number;
  readonly savepoint: boolean;
  readonly failedAtMs: number;
  readonly message: string;
}

export interface Checkpoints {
  readonly counts: {
    readonly restored: number;
    readonly total: number;
    readonly inProgress: number;
    readonly completed: number;
    readonly failed: number;
  };
  /** The last few that have completed, newest first. */
  readonly recentCompleted: readonly CheckpointRecord[];
  /** Those that have failed among the last few, newest first. */
  readonly recentFailed: readonly FailedCheckpoint[];
  readonly savepointUnderWay: boolean;
  readonly latestCompleted?: CheckpointRecord;
  readonly latestSavepoint?: CheckpointRecord;
  readonly latestFailed?: FailedCheckpoint;
  readonly latestRestored?: {
    readonly id: number;
    readonly savepoint: boolean;
    readonly path?: string;
    readonly restoredAtMs: number;
  };
}

export interface CheckpointConfig {
  readonly mode: 'exactly_once' | 'at_least_once';
  /**
   * What lies between the beginnings of two at least: the interval, or the pause after each where that is longer. Absent where the job makes
   * checkpoints only when asked.
   */
  readonly intervalMs?: number;
  readonly timeoutMs: number;
  /** Whether checkpoints survive a cancellation. */
  readonly retained: boolean;
  readonly stateBackend: string;
  readonly storage: string;
}

export interface TaskManager {
  readonly id: string;
  readonly slotsTotal: number;
  readonly slotsFree: number;
  readonly lastHeartbeatAtMs: number;
}

/** With how many subtasks each vertex may run, by its id. */
export type ResourceRequirements = Readonly<Record<string, ParallelismBounds>>;

export interface ParallelismBounds {
  readonly lower: number;
  readonly upper: number;
}

/** One subtask of a vertex, in its newest attempt. */
export interface Subtask {
  readonly state: TaskState;
  /** The `taskmanager.resource-id` of where it runs; absent before it has a place. */
  readonly taskManager?: string;
  /** Since when it has run, or when it began to before it ended, in milliseconds; absent before. */
  readonly runningAtMs?: number;
}

/** Metrics over subtasks or TaskManagers, by their names. What Flink does not have is absent. */
export type Aggregates = Readonly<Record<string, Aggregate>>;

/** Metrics that are numbers, by their names. What Flink does not have is absent. */
export type MetricValues = Readonly<Record<string, number>>;

/**
 * Every function raises `FlinkRestError` where Flink refuses and `FlinkUnreachable` where nothing answers; those that
 * may answer undefined do so where Flink knows no such job (404).
 */
export interface FlinkClient {
  /** Where requests go, for messages. */
  readonly address: string;
  overview(options?: FlinkCallOptions): Promise<FlinkOverview>;
  config(options?: FlinkCallOptions): Promise<FlinkConfig>;
  jobs(options?: FlinkCallOptions): Promise<JobSummary[]>;
  /** Cached by Flink for `web.refresh-interval`; `jobs` is current. */
  job(jobId: string, options?: FlinkCallOptions): Promise<JobDetail | undefined>;
  exceptions(jobId: string, options?: FlinkCallOptions): Promise<JobExceptions | undefined>;
  /** Why a job has failed, wherever this Flink version tells it; undefined where it tells nothing. */
  failureCause(jobId: string, options?: FlinkCallOptions): Promise<FlinkException | undefined>;
  /** Runs of `main` (Flink 2.3 and later; empty before). */
  applications(options?: FlinkCallOptions): Promise<FlinkApplication[]>;
  /** What a run of `main` threw (Flink 2.3 and later; empty before), newest first. */
  applicationExceptions(applicationId: string, options?: FlinkCallOptions): Promise<FlinkException[]>;
  /** Puts a jar into the upload folder of the JobManager that answers; answers its id. Each upload makes another one. */
  uploadJar(name: string, jar: Uint8Array, options?: FlinkCallOptions): Promise<string>;
  /** What was uploaded; `job.jar`, which an init container puts there, is not listed. */
  jars(options?: FlinkCallOptions): Promise<UploadedJar[]>;
  /** Answers false where there is no such jar. */
  deleteJar(id: string, options?: FlinkCallOptions): Promise<boolean>;
  /** Runs the jar's `main` and submits its job; answers the job's id. The request lasts as long as `main`. */
  runJar(request: RunJarRequest, options?: FlinkCallOptions): Promise<string>;
  /** Runs the jar's `main` up to the job graph and starts nothing: primes the JobManager, side effects of `main` included. */
  planJar(
    request: Omit<RunJarRequest, 'savepointPath' | 'allowNonRestoredState'>,
    options?: FlinkCallOptions,
  ): Promise<void>;
  /** Asks for the job's cancellation. Answers false where there is no such job; a job that has ended is no error. */
  cancel(jobId: string, options?: FlinkCallOptions): Promise<boolean>;
  /** Asks for stop-with-savepoint. A repeated request with the same trigger id does nothing more. */
  stopWithSavepoint(jobId: string, request: StopRequest, options?: FlinkCallOptions): Promise<string>;
  /** Asks for a savepoint; the job runs on. A repeated request with the same trigger id does nothing more. */
  triggerSavepoint(jobId: string, request: SavepointRequest, options?: FlinkCallOptions): Promise<string>;
  savepointStatus(
    jobId: string,
    triggerId: string,
    options?: FlinkCallOptions,
  ): Promise<AsyncResult<{ readonly location: string }>>;
  /** Asks for a checkpoint; answers its trigger id. */
  triggerCheckpoint(jobId: string, triggerId?: string, options?: FlinkCallOptions): Promise<string>;
  checkpointStatus(
    jobId: string,
    triggerId: string,
    options?: FlinkCallOptions,
  ): Promise<AsyncResult<{ readonly checkpointId: number }>>;
  /** Undefined also for a batch job. */
  checkpoints(jobId: string, options?: FlinkCallOptions): Promise<Checkpoints | undefined>;
  /** Undefined also for a batch job. */
  checkpointConfig(jobId: string, options?: FlinkCallOptions): Promise<CheckpointConfig | undefined>;
  taskManagers(options?: FlinkCallOptions): Promise<TaskManager[]>;
  /** Cached by Flink like `job`. */
  subtasks(jobId: string, vertexId: string, options?: FlinkCallOptions): Promise<Subtask[] | undefined>;
  /** Names of what a vertex measures. Flink fetches metrics when asked for them: the first answer is empty. */
  vertexMetricNames(jobId: string, vertexId: string, options?: FlinkCallOptions): Promise<string[] | undefined>;
  /** Over all subtasks of a vertex. */
  vertexMetrics(
    jobId: string,
    vertexId: string,
    names: readonly string[],
    options?: FlinkCallOptions,
  ): Promise<Aggregates | undefined>;
  /** Over all TaskManagers of the Flink cluster. */
  taskManagerMetrics(names: readonly string[], options?: FlinkCallOptions): Promise<Aggregates>;
  jobManagerMetrics(names: readonly string[], options?: FlinkCallOptions): Promise<MetricValues>;
  /** Of the job as a whole. */
  jobMetrics(jobId: string, names: readonly string[], options?: FlinkCallOptions): Promise<MetricValues | undefined>;
  /**
   * Configuration of the job's JobManager: the job's own in application mode, the cluster's in a session. Secrets may be
   * among it: only keys that `keep` is true of are handed on.
   */
  jobManagerConfiguration(
    jobId: string,
    keep: (key: string) => boolean,
    options?: FlinkCallOptions,
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** Undefined where the job's scheduler cannot change the parallelism of a running job. */
  resourceRequirements(jobId: string, options?: FlinkCallOptions): Promise<ResourceRequirements | undefined>;
  /** Asks for another parallelism; every vertex must be named. The same again changes nothing. */
  setResourceRequirements(jobId: string, requirements: ResourceRequirements, options?: FlinkCallOptions): Promise<void>;
}

export interface FlinkCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer; 10 s unless said otherwise (`runJar` and `planJar`: 60 s). */
  readonly timeoutMs?: number | undefined;
}
