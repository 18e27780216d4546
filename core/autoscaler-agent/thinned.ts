/** An input made small enough to be told: fewer samples, and of each only what the engine reads. */
import type { AutoscalerInput } from '../autoscaler/decision.ts';
import type { Aggregate, Figure, JobSample, TaskManagerSample, VertexSample } from '../autoscaler/samples.ts';

/**
 * Profile `drey` takes demand from the newest two minutes, and asks for three samples of them (`demandSamples`): one more is kept, of half a minute
 * more, for the first has to be two minutes old. The others look at means over the window: more samples of one part of it would weigh
 * too much.
 */
const newestMs = 150_000;
const newestOf = { drey: 4, 'flink-operator-main': 1, 'flink-operator-1.15': 1 } as const;

/** Fewer are not told: a rate takes two, and `drey` decides by its newest minutes first of all. */
const fewestOf = { drey: newestOf.drey, 'flink-operator-main': 2, 'flink-operator-1.15': 2 } as const;

/**
 * The same input with the most samples for which `bytesOf` stays below the limit: the first, the last, and others evenly in between.
 * @returns undefined where fewer fit than the profile decides by.
 */
export function thinnedInput(
  input: AutoscalerInput,
  bytesOf: (input: AutoscalerInput) => number,
  bytesMax: number,
): AutoscalerInput | undefined {
  const since = input.job.runningSinceMs ?? -Infinity;
  const samples = input.samples.filter(({ atMs }) => atMs >= since && atMs <= input.nowMs);
  const withSamples = (some: readonly JobSample[]) => ({ ...input, samples: some.map(slimSample) });
  const fixed = bytesOf(withSamples([]));
  const each = Math.max(1, bytesOf(withSamples(samples.slice(-1))) - fixed);
  // Others may be somewhat smaller than the newest one.
  let count = Math.min(samples.length, Math.floor((1.03 * (bytesMax - fixed)) / each));
  const { profile } = input.policy;
  for (; count >= Math.min(fewestOf[profile], samples.length); count -= 1) {
    const thinned = withSamples(thinnedSamples(samples, count, input.nowMs, newestOf[profile]));
    if (bytesOf(thinned) <= bytesMax) return thinned;
  }
  return undefined;
}

/** So many of them: the last, `newestKept` of the newest minutes before all others, the first, the others evenly over the time before. */
export function thinnedSamples(
  samples: readonly JobSample[],
  count: number,
  nowMs: number,
  newestKept: number,
): readonly JobSample[] {
  if (samples.length <= count) return samples;
  if (newestKept <= 1) return evenly(samples, count);
  const recent = samples.filter(({ atMs }) => atMs > nowMs - newestMs);
  const newest = recent.length < newestKept ? samples.slice(-newestKept) : recent;
  const older = samples.slice(0, samples.length - newest.length);
  const fromNewest = Math.max(Math.min(newestKept, count), count - older.length);
  return [...evenly(older, count - fromNewest), ...evenly(newest.toReversed(), fromNewest).toReversed()];
}

/** So many of them, the first and the last among them; of one, the first. */
function evenly(samples: readonly JobSample[], count: number): readonly JobSample[] {
  if (samples.length <= count) return samples;
  if (count <= 1) return samples.slice(0, Math.max(0, count));
  const step = (samples.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => samples[Math.round(index * step)]).filter(
    (one) => one !== undefined,
  );
}

/** What no decision reads is left out, and fractions are as fine as the engine looks at them. */
function slimSample({ vertices, taskManagers, ...sample }: JobSample): JobSample {
  const { atMs, runningSinceMs, slotsTotal, slotsAvailable, custom } = sample;
  return known({
    atMs,
    runningSinceMs,
    slotsTotal,
    slotsAvailable,
    custom,
    vertices: Object.fromEntries(Object.entries(vertices).map(([id, vertex]) => [id, slimVertex(vertex)])),
    taskManagers: taskManagers && slimTaskManagers(taskManagers),
  });
}

function slimVertex(seen: VertexSample): VertexSample {
  return known({
    ...seen,
    idleMsPerSecond: undefined,
    recordsOutPerSecond: undefined,
    busyMsPerSecond: slimAggregate(seen.busyMsPerSecond),
    backPressuredMsPerSecond: slimAggregate(seen.backPressuredMsPerSecond),
    recordsInPerSecond: slimFigure(seen.recordsInPerSecond),
    sourceRecordsInPerSecond: slimFigure(seen.sourceRecordsInPerSecond),
  });
}

function slimTaskManagers(seen: TaskManagerSample): TaskManagerSample {
  const { count, heapMaxBytes, heapUsedBytes, managedUsedBytes, metaspaceUsedBytes, gcMsPerSecond } = seen;
  return known({
    count,
    heapMaxBytes: slimAggregate(heapMaxBytes),
    heapUsedBytes: slimAggregate(heapUsedBytes),
    managedUsedBytes: slimAggregate(managedUsedBytes),
    metaspaceUsedBytes: slimAggregate(metaspaceUsedBytes),
    gcMsPerSecond: slimAggregate(gcMsPerSecond),
  });
}

function slimAggregate(seen: Aggregate | undefined): Aggregate | undefined {
  if (seen === undefined) return undefined;
  const { min, max, avg, sum } = seen;
  return { min: fine(min), max: fine(max), avg: fine(avg), sum: fine(sum) };
}

function slimFigure(value: Figure | undefined): Figure | undefined {
  return value === undefined ? undefined : fine(value);
}

/** Rates and shares of a second to a millionth: the engine rounds them to three decimals of a thousand times as much. */
function fine(value: Figure): Figure {
  return typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value;
}

/** Without what is not there. */
function known<T extends object>(value: { readonly [Key in keyof T]: T[Key] | undefined }): T {
  // What is left has the types that it had.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
