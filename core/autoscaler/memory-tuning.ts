/**
 * TaskManagers as large as their job needs, within what the user gave them. Source: `MemoryTuning` and `MemoryScaling` of the
 * operator: overhead and off-heap as they are, then network, metaspace, heap, managed memory, each out of what is left.
 */
import { MemoryRefusal } from '../flink/memory-size.ts';
import { taskManagerSizes } from '../flink/memory.ts';
import type { Collected } from './collected.ts';
import type { AutoscalerInput, MemoryAdvice } from './decision.ts';
import { jobAverage, jobNewest } from './memory-pressure.ts';
import { networkMemory } from './network-memory.ts';
import type { OperatorOptions } from './options.ts';
import type { AutoscaledJob, JobVertex } from './samples.ts';
import { roundUp } from './statistics.ts';

type Parallelism = Readonly<Record<string, number>>;

export interface TunedMemory {
  readonly advice: MemoryAdvice;
  readonly processBytes: number;
}

/** What the pools of a TaskManager used in the window, bytes, and how many slots. */
interface Usage {
  readonly heap: number;
  readonly managed: number;
  readonly metaspace: number;
  readonly slots: number;
}

interface Pools {
  readonly network: number;
  readonly metaspace: number;
  readonly heap: number;
  readonly managed: number;
  /** What is left of the user's size. */
  readonly rest: number;
}

/** The memory for the parallelism to come; undefined where the TaskManagers' sizes are not known or not valid. */
export function tuneMemory(
  { job, policy }: Pick<AutoscalerInput, 'job' | 'policy'>,
  history: readonly Collected[],
  to: Parallelism,
): TunedMemory | undefined {
  const usage: Usage = {
    heap: known(jobAverage(history, 'heapUsed')),
    managed: known(jobAverage(history, 'managedUsed')),
    metaspace: known(jobAverage(history, 'metaspaceUsed')),
    slots: known(jobNewest(history, 'slotsUsed')),
  };
  return tuneFor(job, usage, to, policy.options);
}

/** As `tuneMemory`, from what was used. */
export function tuneFor(
  job: AutoscaledJob,
  usage: Usage,
  to: Parallelism,
  options: OperatorOptions,
): TunedMemory | undefined {
  const spec = specOf(job);
  if (spec === undefined) return undefined;
  const pools = divide(job, spec, usage, to, options);
  const processBytes = spec.processBytes - pools.rest;
  return processBytes <= 0 ? undefined : { processBytes, advice: adviceFor(spec, pools, processBytes) };
}

interface MemorySpec {
  readonly processBytes: number;
  readonly flinkBytes: number;
  readonly fixedBytes: number;
  readonly overhead: number;
  readonly heap: number;
  readonly managed: number;
  readonly network: number;
}

function specOf({ taskManagers }: AutoscaledJob): MemorySpec | undefined {
  const { configuration, memoryBytes } = taskManagers ?? {};
  if (configuration === undefined || memoryBytes === undefined) return undefined;
  try {
    const { flink, jvm } = taskManagerSizes(configuration);
    return {
      processBytes: memoryBytes,
      flinkBytes: Number(flink.total),
      fixedBytes: Number(flink.frameworkOffHeap + flink.taskOffHeap + jvm.overhead),
      overhead: Number(jvm.overhead),
      heap: Number(flink.frameworkHeap + flink.taskHeap),
      managed: Number(flink.managed),
      network: Number(flink.network),
    };
  } catch (error) {
    if (error instanceof MemoryRefusal) return undefined;
    throw error;
  }
}

function divide(job: AutoscaledJob, spec: MemorySpec, usage: Usage, to: Parallelism, options: OperatorOptions): Pools {
  const { vertices, taskManagers } = job;
  const slots = taskManagers?.slots ?? 1;
  const parallelismOf = (id: string) => to[id] ?? vertices.find((one) => one.id === id)?.parallelism ?? 1;
  let rest = spec.processBytes - Math.min(spec.fixedBytes, spec.processBytes);
  const take = (wanted: number) => {
    const taken = Math.min(wanted, rest);
    rest -= taken;
    return taken;
  };
  const network = take(networkMemory(vertices, parallelismOf, taskManagers?.configuration ?? {}, slots));
  const metaspace = take(Math.trunc(usage.metaspace * (1 + options.memoryOverhead)));
  const usedHeap = take(Math.trunc(usage.heap * (1 + options.memoryOverhead)));
  const managed = take(managedWanted(spec, usage, options));
  const factor = options.scaleDownMemoryCompensation ? fewerTaskManagers(vertices, to, usage.slots, slots) : 1;
  const heap = usedHeap + take(Math.trunc(factor * usedHeap) - usedHeap);
  return { network, metaspace, heap, managed, rest };
}

/** How much of it is used cannot be measured: it is none, or all that there is. */
function managedWanted(spec: MemorySpec, usage: Usage, options: OperatorOptions): number {
  if (usage.managed <= 0) return 0;
  return options.maximizeManagedMemory ? Infinity : spec.managed;
}

/** By what factor the TaskManagers become fewer; 1 where they do not. */
function fewerTaskManagers(vertices: readonly JobVertex[], to: Parallelism, used: number, slotsEach: number): number {
  const after = vertices.map(({ id, parallelism }) => to[id] ?? parallelism);
  const sharesSlots = Math.max(...vertices.map(({ parallelism }) => parallelism)) === used;
  const slots = sharesSlots ? Math.max(...after) : after.reduce((sum, one) => sum + one, 0);
  return Math.max(1, Math.ceil(used / slotsEach) / Math.ceil(slots / slotsEach));
}

function adviceFor(spec: MemorySpec, pools: Pools, processBytes: number): MemoryAdvice {
  const { heap, managed, metaspace, network } = pools;
  const flinkBytes = spec.flinkBytes + heap - spec.heap + managed - spec.managed + network - spec.network;
  return {
    options: {
      'taskmanager.memory.process.size': sizeText(processBytes),
      'taskmanager.memory.framework.heap.size': '0 bytes',
      'taskmanager.memory.managed.fraction': fraction(managed, flinkBytes),
      'taskmanager.memory.network.min': sizeText(network),
      'taskmanager.memory.network.max': sizeText(network),
      'taskmanager.memory.jvm-overhead.fraction': fraction(spec.overhead, processBytes),
      'taskmanager.memory.jvm-metaspace.size': sizeText(metaspace),
    },
    removed: [
      'taskmanager.memory.flink.size',
      'taskmanager.memory.task.heap.size',
      'taskmanager.memory.managed.size',
      'taskmanager.memory.size',
    ],
    reasons: [
      {
        code: 'MEMORY_TUNED',
        text: `A TaskManager uses ${sizeText(heap)} of heap and ${sizeText(managed)} of managed memory with their reserve; ${sizeText(processBytes)} do.`,
      },
    ],
  };
}

function fraction(part: number, of: number): string {
  const share = roundUp(part / of, 3);
  return Number.isInteger(share) ? `${share}.0` : String(share);
}

const units = [
  ['tb', 2 ** 40],
  ['gb', 2 ** 30],
  ['mb', 2 ** 20],
  ['kb', 2 ** 10],
] as const;

/** As Flink writes sizes: in the largest unit that divides it. */
function sizeText(bytes: number): string {
  const [unit, size] = units.find(([, each]) => bytes > 0 && bytes % each === 0) ?? (['bytes', 1] as const);
  return `${bytes / size} ${unit}`;
}

function known(bytes: number): number {
  return Number.isFinite(bytes) ? Math.trunc(bytes) : 0;
}
