/**
 * The TaskManagers of a simulated job, one slot each, and their heaps. What is alive on the heaps belongs to the job: fewer
 * TaskManagers hold more each. The fuller a heap, the more of its time a subtask collects garbage, which Flink counts as
 * busy; one that does not fit is lost after ten minutes, again and again.
 */
import type { Aggregate, TaskManagerSample } from '../../../core/autoscaler/samples.ts';
import { taskManagerSizes } from '../../../core/flink/memory.ts';
import type { JobModel } from './job-model.ts';

export type Configuration = Readonly<Record<string, string>>;

/** What each TaskManager is given where nobody says otherwise. */
export const usualConfiguration: Configuration = {
  'taskmanager.memory.process.size': '4096m',
  'taskmanager.numberOfTaskSlots': '1',
};

export interface TaskManagers {
  readonly count: number;
  readonly configuration: Configuration;
  readonly processBytes: number;
  readonly heapBytes: number;
  readonly aliveBytes: number;
  /** The part of a subtask's time that goes into garbage collection. */
  readonly garbageShare: number;
  /** Seconds until one is lost, for want of heap. */
  readonly lostAfterSeconds: number;
}

/** Alive on every heap, whatever the job. */
const bytesOfFlink = 100 * 2 ** 20;
const lostAfterSeconds = 600;

/**
 * @param alive how much more than the job's model says is alive.
 * @throws MemoryRefusal for a configuration that Flink would refuse.
 */
export function taskManagersOf(job: JobModel, count: number, configuration: Configuration, alive = 1): TaskManagers {
  const { flink, jvm } = taskManagerSizes(configuration);
  const heapBytes = Number(flink.frameworkHeap + flink.taskHeap);
  const aliveBytes = bytesOfFlink + (alive * (job.heapGigabytes ?? 0) * 2 ** 30) / count;
  return {
    count,
    configuration,
    processBytes: Number(flink.total + jvm.metaspace + jvm.overhead),
    heapBytes,
    aliveBytes,
    garbageShare: garbageShareAt(aliveBytes / heapBytes),
    lostAfterSeconds: aliveBytes > heapBytes ? lostAfterSeconds : Infinity,
  };
}

/** Little up to seven tenths of the heap; three fifths of the time when it is full. */
function garbageShareAt(use: number): number {
  return 0.01 + 0.6 * Math.min(1, Math.max(0, (use - 0.7) / 0.3)) ** 2;
}

/** What Flink tells of them. A heap is read at any moment between two collections: on average, half of what is free is used. */
export function taskManagerSample({ count, heapBytes, aliveBytes, garbageShare }: TaskManagers): TaskManagerSample {
  const free = Math.max(0, heapBytes - aliveBytes);
  const used = (part: number) => Math.min(heapBytes, aliveBytes) + part * free;
  return {
    count,
    heapMaxBytes: same(heapBytes, count),
    heapUsedBytes: { min: used(0.1), max: used(0.9), avg: used(0.5), sum: used(0.5) * count },
    managedUsedBytes: same(0, count),
    metaspaceUsedBytes: same(120 * 2 ** 20, count),
    gcMsPerSecond: same(garbageShare * 1_000, count),
  };
}

const same = (value: number, count: number): Aggregate => ({ min: value, max: value, avg: value, sum: value * count });

/** The price of a TaskManager beside the usual one: half of it is for its memory. */
export function priceOf({ processBytes }: TaskManagers): number {
  return 0.5 + (0.5 * processBytes) / (4_096 * 2 ** 20);
}
