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
/** Sizes are multiples of so many bytes: as people write them, and Flink's own unit of rounding is smaller. */
export const sizeStep = 64 * mebibyte;
/** Each round adds what is missing and a little for what grows along; few are needed. */
const mostRounds = 20;
/** 4 TiB: more than a machine has. */
const mostSteps = 2 ** 16;
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
  let processBytes = roundedUp(memoryBytes + heapBytes - heap);
  for (let round = 0; round < mostRounds; round += 1) {
    const options = { ...fixed, [processSize]: sizeText(processBytes) };
    const has = heapIn(without({ ...configuration, ...options }, removed));
    if (has !== undefined && has >= heapBytes) return { processBytes, options, removed };
    processBytes = roundedUp(processBytes + Math.max(sizeStep, heapBytes - (has ?? 0)));
  }
  return undefined;
}

/**
 * The smallest process, in steps of 64 MiB, whose heap is that large where Flink divides it as it is configured; undefined where no size has
 * that heap, as with a heap of a fixed size.
 */
export function withHeapAsDivided(
  { configuration }: TaskManagerResources,
  heapBytes: number,
): SizedTaskManager | undefined {
  const hasHeap = (steps: number) =>
    (heapIn({ ...configuration, [processSize]: sizeText(steps * sizeStep) }) ?? -1) >= heapBytes;
  let [tooFew, enough] = [0, mostSteps];
  if (configuration === undefined || !hasHeap(enough)) return undefined;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (hasHeap(middle)) enough = middle;
    else tooFew = middle;
  }
  return withProcess(enough * sizeStep);
}

/** The process of another size, divided as the user has it divided. */
export function withProcess(processBytes: number): SizedTaskManager {
  return { processBytes, options: { [processSize]: sizeText(processBytes) }, removed: otherTotals };
}

/** The largest size in whole steps that is not above. */
export function roundedDown(bytes: number): number {
  return Math.floor(bytes / sizeStep) * sizeStep;
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

/** The smallest size in whole steps that is not below. */
export function roundedUp(bytes: number): number {
  return Math.ceil(bytes / sizeStep) * sizeStep;
}

function sizeText(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte}m` : `${bytes}b`;
}
