/**
 * What Flink tells of a running job, with Flink's own lags:
 *
 * - Counters begin anew at each start.
 * - Gauges of busy, blocked and idle time are means of the last 60 s, or of as much as there is since the start
 *   (`TimerGauge`), in whole milliseconds. Rates are what came in the last 60 s, divided by 60 also where the task runs
 *   for less (`MeterView`): after a start they climb for a minute. Both move every 5 s.
 * - A REST answer shows what the JobManager fetched last, up to 10 s ago (`metrics.fetcher.update-interval`); in the
 *   first 15 s after a start it shows little: some subtasks have not reported (`complete` is false), gauges are missing.
 */
import type { JobVertex, VertexSample, Aggregate } from '../../../core/autoscaler/samples.ts';
import { isSource, maxParallelismOf } from './job-model.ts';
import type { RunningVertex } from './plant.ts';

export const stepSeconds = 5;
const spanSteps = 12;

/** What has been counted of one vertex since its tasks started. */
interface Counted {
  steps: number;
  recordsIn: number;
  recordsOut: number;
  busyMs: number;
  /** Rings of the last 60 s: records in each step, and of each subtask the parts busy and blocked, with their sums. */
  readonly ringIn: Float64Array;
  readonly ringOut: Float64Array;
  ringBusy: Float64Array[];
  ringBlocked: Float64Array[];
  sumBusy: Float64Array;
  sumBlocked: Float64Array;
}

export interface FlinkMetrics {
  /** The tasks have started: counters and gauges begin anew. */
  restart(): void;
  /** A step of the plant is over. */
  update(): void;
  /** What REST would show of all vertices now. @param reported the part of each vertex's subtasks that has reported. */
  read(reported: number): Record<string, VertexSample>;
}

export function flinkMetrics(vertices: readonly RunningVertex[]): FlinkMetrics {
  let counted = vertices.map(fresh);
  return {
    restart: () => {
      counted = vertices.map(fresh);
    },
    update: () => vertices.forEach((vertex, at) => count(counted[at] as Counted, vertex)),
    read: (reported) =>
      Object.fromEntries(
        vertices.map((vertex, at) => [vertex.model.id, sampleOf(vertex, counted[at] as Counted, reported)]),
      ),
  };
}

function fresh({ parallelism }: RunningVertex): Counted {
  const ring = () => Array.from({ length: spanSteps }, () => new Float64Array(parallelism));
  return {
    steps: 0,
    recordsIn: 0,
    recordsOut: 0,
    busyMs: 0,
    ringIn: new Float64Array(spanSteps),
    ringOut: new Float64Array(spanSteps),
    ringBusy: ring(),
    ringBlocked: ring(),
    sumBusy: new Float64Array(parallelism),
    sumBlocked: new Float64Array(parallelism),
  };
}

function count(counted: Counted, vertex: RunningVertex): void {
  const slot = counted.steps % spanSteps;
  counted.steps += 1;
  counted.recordsIn += vertex.recordsIn;
  counted.recordsOut += vertex.recordsOut;
  counted.ringIn[slot] = vertex.recordsIn;
  counted.ringOut[slot] = vertex.recordsOut;
  const busyThen = counted.ringBusy[slot] as Float64Array;
  const blockedThen = counted.ringBlocked[slot] as Float64Array;
  for (let subtask = 0; subtask < vertex.parallelism; subtask += 1) {
    const busy = vertex.busy[subtask] ?? 0;
    const blocked = vertex.blocked[subtask] ?? 0;
    counted.busyMs += busy * stepSeconds * 1_000;
    counted.sumBusy[subtask] = (counted.sumBusy[subtask] ?? 0) + busy - (busyThen[subtask] ?? 0);
    counted.sumBlocked[subtask] = (counted.sumBlocked[subtask] ?? 0) + blocked - (blockedThen[subtask] ?? 0);
    busyThen[subtask] = busy;
    blockedThen[subtask] = blocked;
  }
}

function sampleOf(vertex: RunningVertex, counted: Counted, reported: number): VertexSample {
  const seen = Math.floor(vertex.parallelism * reported);
  if (seen === 0) return { recordsIn: 0, recordsOut: 0, accumulatedBusyMs: 0, complete: false };
  const part = seen / vertex.parallelism;
  const steps = Math.min(counted.steps, spanSteps);
  const busy = timeGauge(counted.sumBusy, seen, steps);
  const blocked = timeGauge(counted.sumBlocked, seen, steps);
  const source = isSource(vertex.model);
  const records = Math.round(counted.recordsIn * part);
  const perSecond = rateOf(counted.ringIn) * part;
  return {
    busyMsPerSecond: busy,
    backPressuredMsPerSecond: blocked,
    idleMsPerSecond: idleGauge(counted, seen, steps),
    accumulatedBusyMs: Math.round(counted.busyMs * part),
    recordsIn: source ? 0 : records,
    recordsOut: Math.round(counted.recordsOut * part),
    complete: seen === vertex.parallelism,
    recordsInPerSecond: source ? 0 : perSecond,
    recordsOutPerSecond: rateOf(counted.ringOut) * part,
    ...(source && {
      sourceRecordsIn: records,
      sourceRecordsOut: Math.round(counted.recordsOut * part),
      sourceRecordsInPerSecond: perSecond,
      pendingRecords: Math.round((vertex.topic?.backlog ?? 0) * part),
    }),
  };
}

const rateOf = (ring: Float64Array) => ring.reduce((sum, records) => sum + records, 0) / (spanSteps * stepSeconds);

function timeGauge(sums: Float64Array, seen: number, steps: number): Aggregate {
  return aggregate(seen, (subtask) => Math.floor(Math.min(1, Math.max(0, (sums[subtask] ?? 0) / steps)) * 1_000));
}

function idleGauge({ sumBusy, sumBlocked }: Counted, seen: number, steps: number): Aggregate {
  const spent = (subtask: number) => ((sumBusy[subtask] ?? 0) + (sumBlocked[subtask] ?? 0)) / steps;
  return aggregate(seen, (subtask) => Math.floor(Math.max(0, 1 - spent(subtask)) * 1_000));
}

function aggregate(seen: number, valueOf: (subtask: number) => number): Aggregate {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let subtask = 0; subtask < seen; subtask += 1) {
    const value = valueOf(subtask);
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, max, avg: sum / seen, sum };
}

/** The vertices as the job's plan shows them. */
export function jobVertices(vertices: readonly RunningVertex[]): JobVertex[] {
  return vertices.map(({ model, parallelism }) => ({
    id: model.id,
    name: isSource(model) ? `Source: ${model.id}` : model.id,
    parallelism,
    maxParallelism: maxParallelismOf(model),
    inputs: model.inputs.map(({ from, shipping }) => ({ id: from, shipStrategy: shipping.toUpperCase() })),
    slotSharingGroup: model.slotSharingGroup ?? 'default',
    ...(model.partitions !== undefined && { sourcePartitions: model.partitions }),
  }));
}
