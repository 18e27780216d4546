/** What is kept of a job's past, as the engine's samples: from metrics in PostgreSQL, and from what decisions were made of. */
import type { AutoscalerInput } from '../autoscaler/decision.ts';
import type { Aggregate, Figure, JobSample, TaskManagerSample, VertexSample } from '../autoscaler/samples.ts';

/** The job at one moment that was measured. */
export interface RecordedMoment {
  readonly sample: JobSample;
  /** By the vertices' ids, as far as it is known. */
  readonly parallelism: Readonly<Record<string, number>>;
  /** Restarts that Flink counts since the job was submitted. */
  readonly restarts?: number;
}

/** Values by the names of docs/metrics.md. */
export type Measured = Readonly<Record<string, number>>;

/** What was kept of one reading. */
export interface MeasuredReading {
  readonly atMs: number;
  readonly job: Measured;
  readonly vertices: Readonly<Record<string, Measured>>;
}

/** Series of the metrics that a moment is made of. */
export const metricsOfMoments: readonly string[] = [
  'parallelism',
  'numRestarts',
  'busyTimeMsPerSecond',
  'busyTimeMsPerSecond.min',
  'busyTimeMsPerSecond.max',
  'idleTimeMsPerSecond',
  'backPressuredTimeMsPerSecond',
  'backPressuredTimeMsPerSecond.max',
  'accumulatedBusyTimeMs',
  'numRecordsIn',
  'numRecordsOut',
  'numRecordsInPerSecond',
  'numRecordsOutPerSecond',
  'source.numRecordsIn',
  'source.numRecordsOut',
  'source.numRecordsInPerSecond',
  'pendingRecords',
  'taskManagers',
  'taskSlotsTotal',
  'taskSlotsAvailable',
  'taskManager.heapUsed',
  'taskManager.heapMax',
  'taskManager.managedUsed',
  'taskManager.metaspaceUsed',
  'taskManager.gcTimeMsPerSecond',
];

/** A reading as the engine takes it. What was not kept is absent, as if Flink had not told it. */
export function momentOf({ atMs, job, vertices }: MeasuredReading): RecordedMoment {
  const seen = Object.entries(vertices);
  const parallelism = seen.flatMap(([id, { parallelism: is }]) => (is === undefined ? [] : [[id, is] as const]));
  const { numRestarts, taskSlotsTotal, taskSlotsAvailable } = job;
  return {
    sample: {
      atMs,
      vertices: Object.fromEntries(seen.map(([id, measured]) => [id, vertexSample(measured)])),
      taskManagers: taskManagerSample(job),
      ...defined({ slotsTotal: taskSlotsTotal, slotsAvailable: taskSlotsAvailable }),
    },
    parallelism: Object.fromEntries(parallelism),
    ...defined({ restarts: numRestarts }),
  };
}

/** The moments of the window that a decision was made of: those know more than what is kept as metrics. */
export function momentsOf({ job, samples }: AutoscalerInput): readonly RecordedMoment[] {
  const parallelism = Object.fromEntries(job.vertices.map((vertex) => [vertex.id, vertex.parallelism]));
  const { restarts, runningSinceMs } = job;
  return samples.map((sample) => ({
    sample: { ...sample, ...defined({ runningSinceMs }) },
    parallelism,
    ...defined({ restarts }),
  }));
}

/** All of them in order of time; of one moment, that which stands first counts. */
export function inOrder(...lists: readonly (readonly RecordedMoment[])[]): readonly RecordedMoment[] {
  const moments = new Map<number, RecordedMoment>();
  for (const moment of lists.flat()) if (!moments.has(moment.sample.atMs)) moments.set(moment.sample.atMs, moment);
  return [...moments.values()].toSorted((one, other) => one.sample.atMs - other.sample.atMs);
}

function vertexSample(of: Measured): VertexSample {
  const busy = of['busyTimeMsPerSecond'];
  const sum = busy === undefined || of['parallelism'] === undefined ? undefined : busy * of['parallelism'];
  return defined({
    busyMsPerSecond: aggregate({
      min: of['busyTimeMsPerSecond.min'],
      max: of['busyTimeMsPerSecond.max'],
      avg: busy,
      sum,
    }),
    idleMsPerSecond: aggregate({ avg: of['idleTimeMsPerSecond'] }),
    backPressuredMsPerSecond: aggregate({
      avg: of['backPressuredTimeMsPerSecond'],
      max: of['backPressuredTimeMsPerSecond.max'],
    }),
    accumulatedBusyMs: of['accumulatedBusyTimeMs'],
    recordsIn: of['numRecordsIn'],
    recordsOut: of['numRecordsOut'],
    // Counters are kept only where every subtask has reported.
    complete: of['numRecordsIn'] !== undefined,
    recordsInPerSecond: of['numRecordsInPerSecond'],
    recordsOutPerSecond: of['numRecordsOutPerSecond'],
    sourceRecordsIn: of['source.numRecordsIn'],
    sourceRecordsOut: of['source.numRecordsOut'],
    sourceRecordsInPerSecond: of['source.numRecordsInPerSecond'],
    pendingRecords: of['pendingRecords'],
  });
}

/** Of TaskManagers the greatest value is kept, and no other. */
function taskManagerSample(of: Measured): TaskManagerSample {
  return defined({
    count: of['taskManagers'],
    heapMaxBytes: aggregate({ max: of['taskManager.heapMax'] }),
    heapUsedBytes: aggregate({ max: of['taskManager.heapUsed'] }),
    managedUsedBytes: aggregate({ max: of['taskManager.managedUsed'] }),
    metaspaceUsedBytes: aggregate({ max: of['taskManager.metaspaceUsed'] }),
    gcMsPerSecond: aggregate({ max: of['taskManager.gcTimeMsPerSecond'] }),
  });
}

/** What is not known of it is no number; undefined where nothing is. */
function aggregate(values: Partial<Record<keyof Aggregate, number | undefined>>): Aggregate | undefined {
  const { min, max, avg, sum } = values;
  if ([min, max, avg, sum].every((value) => value === undefined)) return undefined;
  return { min: figure(min), max: figure(max), avg: figure(avg), sum: figure(sum) };
}

function figure(value: number | undefined): Figure {
  return value ?? 'NaN';
}

/** Without what is not there. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
