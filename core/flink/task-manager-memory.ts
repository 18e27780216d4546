/** How a TaskManager divides Flink's memory between heap, network buffers and managed memory. */
import { configuredSize, shareFrom, sizeOr, type FlinkConfig } from './memory-config.ts';
import {
  MemoryRefusal,
  isWithin,
  largestMemorySize,
  megabytes,
  shareBesides,
  shareOf,
  subtractMemory,
  type MemoryShare,
} from './memory-size.ts';

export interface TaskManagerFlinkMemory {
  readonly total: bigint;
  readonly frameworkHeap: bigint;
  readonly frameworkOffHeap: bigint;
  readonly taskHeap: bigint;
  readonly taskOffHeap: bigint;
  readonly managed: bigint;
  readonly network: bigint;
}

/**
 * The parts of Flink's memory in a TaskManager.
 * @param total undefined when only its parts are set: task heap and managed memory are then in the configuration.
 * @throws MemoryRefusal when the parts do not fit.
 */
export function taskManagerFlinkMemory(
  config: FlinkConfig,
  managedShare: MemoryShare,
  total: bigint | undefined,
): TaskManagerFlinkMemory {
  const fixed = {
    frameworkHeap: sizeOr(config, 'taskmanager.memory.framework.heap.size', '128m'),
    frameworkOffHeap: sizeOr(config, 'taskmanager.memory.framework.off-heap.size', '128m'),
    taskOffHeap: sizeOr(config, 'taskmanager.memory.task.off-heap.size', '0'),
  };
  const managed = configuredSize(config, 'taskmanager.memory.managed.size') ?? shareOf(total ?? 0n, managedShare);
  const taskHeap = configuredSize(config, 'taskmanager.memory.task.heap.size');
  const network = networkShare(config);
  const known = fixed.frameworkHeap + fixed.frameworkOffHeap + fixed.taskOffHeap + managed;
  if (taskHeap !== undefined) {
    const size = restForNetwork(total, known + taskHeap, network);
    return { ...fixed, managed, taskHeap, network: size, total: known + taskHeap + size };
  }
  const flinkSize = total ?? 0n;
  const networkSize = shareOf(flinkSize, network);
  const problem = 'taskmanager: framework, task off-heap, managed and network memory exceed Flink’s memory';
  const rest = subtractMemory(flinkSize, known + networkSize, problem);
  return { ...fixed, managed, taskHeap: rest, network: networkSize, total: flinkSize };
}

function networkShare(config: FlinkConfig): MemoryShare {
  const min = sizeOr(config, 'taskmanager.memory.network.min', '64m');
  const max = configuredSize(config, 'taskmanager.memory.network.max') ?? largestMemorySize;
  return shareFrom(config, 'taskmanager.memory.network.fraction', 0.1, min, max);
}

/** With the heap given, network memory is what remains of the total, or a share on top when there is no total. */
function restForNetwork(total: bigint | undefined, others: bigint, share: MemoryShare): bigint {
  if (total === undefined) return shareBesides(others, share);
  const rest = subtractMemory(total, others, 'taskmanager: heap, off-heap and managed memory exceed Flink’s memory');
  if (isWithin(rest, share)) return rest;
  throw new MemoryRefusal(`taskmanager: ${megabytes(rest)} remain for the network, out of its configured range`);
}
