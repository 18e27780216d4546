/** How large a TaskManager has to be for its heap to have a size: the other pools of its memory stay as they are. */
import { MemoryRefusal } from '../flink/memory-size.ts';
import { taskManagerSizes } from '../flink/memory.ts';
import type { MemoryAdvice } from './decision.ts';
import type { TaskManagerResources } from './samples.ts';

/** A TaskManager of another size. */
export interface SizedTaskManager extends Pick<MemoryAdvice, 'options' | 'removed'> {
  readonly processBytes: number;
}

const mebibyte = 2 ** 20;
/** Sizes are multiples of this: as people write them, and Flink's own unit of rounding is smaller. */
const step = 64 * mebibyte;
/** Each round adds what is missing and a little for what grows along; few are needed. */
const mostRounds = 20;
const processSize = 'taskmanager.memory.process.size';

/** What Flink's total is told by, besides the size of the process. */
const otherTotals = ['taskmanager.memory.flink.size', 'taskmanager.memory.task.heap.size'];

/** Bytes of the heap; undefined where the configuration is not known, or Flink would refuse it. */
export function heapOf({ configuration }: TaskManagerResources): number | undefined {
  return configuration && heapIn(configuration);
}

/** The smallest process, in steps of 64 MiB, whose heap is that large. Managed and network memory keep their bytes. */
export function withHeap(resources: TaskManagerResources, heapBytes: number): SizedTaskManager | undefined {
  const { configuration, memoryBytes } = resources;
  const fixed = configuration && poolsOf(configuration);
  const heap = heapOf(resources);
  if (fixed === undefined || memoryBytes === undefined || heap === undefined) return undefined;
  const removed = [...otherTotals, 'taskmanager.memory.managed.fraction'];
  let processBytes = inSteps(memoryBytes + heapBytes - heap);
  for (let round = 0; round < mostRounds; round += 1) {
    const options = { ...fixed, [processSize]: sizeText(processBytes) };
    const has = heapIn(without({ ...configuration, ...options }, removed));
    if (has !== undefined && has >= heapBytes) return { processBytes, options, removed };
    processBytes = inSteps(processBytes + Math.max(step, heapBytes - (has ?? 0)));
  }
  return undefined;
}

/** The process of another size, divided as the user has it divided. */
export function withProcess(processBytes: number): SizedTaskManager {
  return { processBytes, options: { [processSize]: sizeText(processBytes) }, removed: otherTotals };
}

/** The largest size in whole steps that is not above. */
export function roundedDown(bytes: number): number {
  return Math.floor(bytes / step) * step;
}

function poolsOf(configuration: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return valid(() => {
    const { flink } = taskManagerSizes(configuration);
    return {
      'taskmanager.memory.managed.size': `${flink.managed}b`,
      'taskmanager.memory.network.min': `${flink.network}b`,
      'taskmanager.memory.network.max': `${flink.network}b`,
    };
  });
}

function heapIn(configuration: Readonly<Record<string, string>>): number | undefined {
  return valid(() => {
    const { flink } = taskManagerSizes(configuration);
    return Number(flink.frameworkHeap + flink.taskHeap);
  });
}

function valid<Value>(sizes: () => Value): Value | undefined {
  try {
    return sizes();
  } catch (error) {
    if (error instanceof MemoryRefusal) return undefined;
    throw error;
  }
}

function without(configuration: Readonly<Record<string, string>>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !keys.includes(key)));
}

function inSteps(bytes: number): number {
  return Math.ceil(bytes / step) * step;
}

function sizeText(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte}m` : `${bytes}b`;
}
