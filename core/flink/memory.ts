/**
 * The memory arguments of Flink's processes, from their configuration: what Flink's start scripts start a JVM for
 * (`BashJavaUtils` with GET_JM_RESOURCE_PARAMS and GET_TM_RESOURCE_PARAMS). The rules are those of Flink's documented
 * memory model ("Set up Flink's Process Memory"), the same in 1.20 and 2.x; `test/golden/flink-memory.json` holds what
 * both really print. Keys that Flink has deprecated are not read.
 */
import {
  configuredSize,
  jvmMemoryBesides,
  jvmMemoryOfProcess,
  jvmMemoryProperties,
  shareFrom,
  sizeOr,
  type FlinkConfig,
  type JvmMemory,
} from './memory-config.ts';
import { MemoryRefusal, largestMemorySize, subtractMemory } from './memory-size.ts';
import { taskManagerFlinkMemory, type TaskManagerFlinkMemory } from './task-manager-memory.ts';

/** What a process is started with. */
export interface ProcessMemory {
  /** Arguments of `java`, such as `-Xmx…`. */
  readonly jvmArgs: readonly string[];
  /** Settings for `-D key=value`, after the main class. A TaskManager does not start without its own. */
  readonly dynamicProperties: Readonly<Record<string, string>>;
}

/** Why Flink would refuse the configuration. */
export interface MemoryProblem {
  readonly problem: string;
}

const offHeapKey = 'jobmanager.memory.off-heap.size';

/**
 * Memory of a JobManager. Off-heap memory is taken from the total, the heap is what remains:
 * heap = process − metaspace − overhead − off-heap.
 */
export function jobManagerMemory(config: FlinkConfig): ProcessMemory | MemoryProblem {
  return orProblem(() => {
    const { heap, offHeap, jvm } = jobManagerSizes(config);
    const limit = config['jobmanager.memory.enable-jvm-direct-memory-limit']?.trim().toLowerCase() === 'true';
    return {
      jvmArgs: jvmArgs(heap, limit ? offHeap : undefined, jvm),
      dynamicProperties: {
        'jobmanager.memory.heap.size': `${heap}b`,
        'jobmanager.memory.off-heap.size': `${offHeap}b`,
        ...jvmMemoryProperties('jobmanager', jvm),
      },
    };
  });
}

/**
 * Memory of a TaskManager. Managed and network memory are shares of Flink's total, the task heap is what remains,
 * unless sizes are given for them.
 */
export function taskManagerMemory(config: FlinkConfig): ProcessMemory | MemoryProblem {
  return orProblem(() => {
    const { flink, jvm } = taskManagerSizes(config);
    const direct = flink.frameworkOffHeap + flink.taskOffHeap + flink.network;
    return {
      jvmArgs: jvmArgs(flink.frameworkHeap + flink.taskHeap, direct, jvm),
      dynamicProperties: { ...taskManagerProperties(config, flink), ...jvmMemoryProperties('taskmanager', jvm) },
    };
  });
}

function jobManagerSizes(config: FlinkConfig): { heap: bigint; offHeap: bigint; jvm: JvmMemory } {
  const heap = configuredSize(config, 'jobmanager.memory.heap.size');
  const total = configuredSize(config, 'jobmanager.memory.flink.size');
  if (heap !== undefined) {
    const offHeap = offHeapBeside(config, heap, total);
    return { heap, offHeap, jvm: jvmMemoryBesides(config, 'jobmanager', heap + offHeap) };
  }
  const offHeap = sizeOr(config, offHeapKey, '128m');
  const { flinkSize, jvm } = flinkTotal(config, 'jobmanager', total);
  if (flinkSize <= offHeap) throw new MemoryRefusal('jobmanager: off-heap memory leaves nothing for the heap');
  return { heap: flinkSize - offHeap, offHeap, jvm };
}

/** Off-heap memory where the heap is given: what the total leaves, if there is one and nothing else is said. */
function offHeapBeside(config: FlinkConfig, heap: bigint, total: bigint | undefined): bigint {
  const configured = configuredSize(config, offHeapKey);
  if (total === undefined) return configured ?? sizeOr(config, offHeapKey, '128m');
  const rest = subtractMemory(total, heap, 'jobmanager: heap memory exceeds jobmanager.memory.flink.size');
  if (configured === undefined || configured === rest) return rest;
  throw new MemoryRefusal('jobmanager: heap and off-heap memory do not add up to jobmanager.memory.flink.size');
}

/**
 * How a TaskManager's memory is divided.
 * @throws MemoryRefusal for a configuration that Flink would refuse.
 */
export function taskManagerSizes(config: FlinkConfig): { flink: TaskManagerFlinkMemory; jvm: JvmMemory } {
  const managed = shareFrom(config, 'taskmanager.memory.managed.fraction', 0.4, 0n, largestMemorySize);
  const fixed = ['task.heap.size', 'managed.size'].every((key) => config[`taskmanager.memory.${key}`] !== undefined);
  const total = configuredSize(config, 'taskmanager.memory.flink.size');
  if (fixed) {
    const flink = taskManagerFlinkMemory(config, managed, total);
    return { flink, jvm: jvmMemoryBesides(config, 'taskmanager', flink.total) };
  }
  const { flinkSize, jvm } = flinkTotal(config, 'taskmanager', total);
  return { flink: taskManagerFlinkMemory(config, managed, flinkSize), jvm };
}

/** Flink's whole memory, set directly or what the JVM leaves of the process size. */
function flinkTotal(config: FlinkConfig, scope: 'jobmanager' | 'taskmanager', total: bigint | undefined) {
  if (total !== undefined) return { flinkSize: total, jvm: jvmMemoryBesides(config, scope, total) };
  const processSize = configuredSize(config, `${scope}.memory.process.size`);
  if (processSize === undefined)
    throw new MemoryRefusal(`${scope}: set ${scope}.memory.process.size or ${scope}.memory.flink.size`);
  const jvm = jvmMemoryOfProcess(config, scope, processSize);
  return { flinkSize: processSize - jvm.metaspace - jvm.overhead, jvm };
}

function taskManagerProperties(config: FlinkConfig, flink: TaskManagerFlinkMemory): Record<string, string> {
  const slots = config['taskmanager.numberOfTaskSlots'] ?? '1';
  const cores = Number(config['taskmanager.cpu.cores'] ?? slots);
  if (!(cores > 0)) throw new MemoryRefusal('taskmanager.cpu.cores must be above 0');
  return {
    'taskmanager.cpu.cores': Number.isInteger(cores) ? `${cores}.0` : String(cores),
    'taskmanager.numberOfTaskSlots': slots,
    'taskmanager.memory.framework.heap.size': `${flink.frameworkHeap}b`,
    'taskmanager.memory.framework.off-heap.size': `${flink.frameworkOffHeap}b`,
    'taskmanager.memory.task.heap.size': `${flink.taskHeap}b`,
    'taskmanager.memory.task.off-heap.size': `${flink.taskOffHeap}b`,
    'taskmanager.memory.network.min': `${flink.network}b`,
    'taskmanager.memory.network.max': `${flink.network}b`,
    'taskmanager.memory.managed.size': `${flink.managed}b`,
    ...(config['external-resources'] === undefined ? { 'external-resources': 'none' } : {}),
  };
}

function jvmArgs(heap: bigint, direct: bigint | undefined, jvm: JvmMemory): string[] {
  const directArgs = direct === undefined ? [] : [`-XX:MaxDirectMemorySize=${direct}`];
  return [`-Xmx${heap}`, `-Xms${heap}`, ...directArgs, `-XX:MaxMetaspaceSize=${jvm.metaspace}`];
}

function orProblem(compute: () => ProcessMemory): ProcessMemory | MemoryProblem {
  try {
    return compute();
  } catch (error) {
    if (error instanceof MemoryRefusal) return { problem: error.message };
    throw error;
  }
}
