/** A reading as samples to keep: one value for each series, under the names of docs/metrics.md. */
import { numberOf } from '../autoscaler/figure.ts';
import type { Aggregate, Figure, JobVertex, VertexSample } from '../autoscaler/samples.ts';
import type { CheckpointsReading, JobReading, TaskManagersSeen } from './job-reading.ts';
import { isStorable, vertexNameOf, type MetricSample } from './sample.ts';

/** Values by the names of their metrics; what is not known is undefined. */
type Named = Readonly<Record<string, Figure | undefined>>;

/** Everything that a reading of the job with this uid knows. What it does not know has no sample. */
export function samplesOf(uid: string, { job, sample, checkpoints }: JobReading): MetricSample[] {
  const { atMs } = sample;
  const ofVertices = job.vertices.flatMap((vertex) =>
    known(ofVertex(vertex, sample.vertices[vertex.id] ?? {})).map((one) => ({ ...one, ...namesOf(vertex) })),
  );
  const ofJob = known({
    numRestarts: job.restarts,
    pendingRecords: backlogOf(Object.values(sample.vertices)),
    taskSlotsTotal: sample.slotsTotal,
    taskSlotsAvailable: sample.slotsAvailable,
    ...ofTaskManagers(sample.taskManagers ?? {}),
    ...ofCheckpoints(checkpoints, atMs),
  }).map((one) => ({ ...one, vertex: '' }));
  return [...ofJob, ...ofVertices].map((one) => ({ uid, atMs, ...one }));
}

function namesOf({ id, name }: JobVertex): Pick<MetricSample, 'vertex' | 'vertexName'> {
  return { vertex: id, vertexName: vertexNameOf(name) };
}

function ofVertex(vertex: JobVertex, seen: VertexSample): Named {
  const { busyMsPerSecond: busy, idleMsPerSecond: idle, backPressuredMsPerSecond: backPressured } = seen;
  // Counters in which some subtask is missing are too small, or zero: they are not known.
  const counted = seen.complete === false ? {} : seen;
  return {
    parallelism: vertex.parallelism,
    sourcePartitions: vertex.sourcePartitions,
    busyTimeMsPerSecond: busy?.avg,
    'busyTimeMsPerSecond.min': busy?.min,
    'busyTimeMsPerSecond.max': busy?.max,
    idleTimeMsPerSecond: idle?.avg,
    backPressuredTimeMsPerSecond: backPressured?.avg,
    'backPressuredTimeMsPerSecond.max': backPressured?.max,
    accumulatedBusyTimeMs: counted.accumulatedBusyMs,
    numRecordsIn: counted.recordsIn,
    numRecordsOut: counted.recordsOut,
    numRecordsInPerSecond: seen.recordsInPerSecond,
    numRecordsOutPerSecond: seen.recordsOutPerSecond,
    'source.numRecordsIn': seen.sourceRecordsIn,
    'source.numRecordsOut': seen.sourceRecordsOut,
    'source.numRecordsInPerSecond': seen.sourceRecordsInPerSecond,
    pendingRecords: seen.pendingRecords,
  };
}

/** Of all sources that tell theirs. */
function backlogOf(vertices: readonly VertexSample[]): number | undefined {
  const told = vertices.flatMap(({ pendingRecords }) =>
    pendingRecords === undefined ? [] : [numberOf(pendingRecords)],
  );
  return told.length === 0 ? undefined : told.reduce((total, one) => total + one, 0);
}

function ofTaskManagers(seen: TaskManagersSeen): Named {
  return {
    taskManagers: seen.count,
    'taskManager.heapUsed': greatest(seen.heapUsedBytes),
    'taskManager.heapMax': greatest(seen.heapMaxBytes),
    'taskManager.managedUsed': greatest(seen.managedUsedBytes),
    'taskManager.managedMax': greatest(seen.managedMaxBytes),
    'taskManager.metaspaceUsed': greatest(seen.metaspaceUsedBytes),
    'taskManager.metaspaceMax': greatest(seen.metaspaceMaxBytes),
    'taskManager.gcTimeMsPerSecond': greatest(seen.gcMsPerSecond),
  };
}

function greatest(aggregate: Aggregate | undefined): Figure | undefined {
  return aggregate?.max;
}

function ofCheckpoints(checkpoints: CheckpointsReading | undefined, atMs: number): Named {
  const { completed, failed, newest } = checkpoints ?? {};
  return {
    numberOfCompletedCheckpoints: completed,
    numberOfFailedCheckpoints: failed,
    lastCheckpointDuration: newest?.durationMs,
    lastCheckpointFullSize: newest?.stateBytes,
    // Flink's clock may be ahead of ours.
    lastCheckpointAge: newest && Math.max(0, atMs - newest.atMs),
  };
}

function known(named: Named): Pick<MetricSample, 'metric' | 'value'>[] {
  return Object.entries(named).flatMap(([metric, figure]) => {
    const value = numberOf(figure);
    return isStorable(value) ? [{ metric, value }] : [];
  });
}
