/** Network buffers that a TaskManager needs at a parallelism. Source: `MemoryTuning.adjustNetworkMemory` of the operator. */
import { parseMemorySize } from '../flink/memory-size.ts';
import type { JobVertex } from './samples.ts';

export interface Buffers {
  readonly perChannel: number;
  readonly floating: number;
}

/** Bytes for one TaskManager: each gate's buffers, in and out, times the slots, as if every slot held all vertices. */
export function networkMemory(
  vertices: readonly JobVertex[],
  parallelismOf: (id: string) => number,
  configuration: Readonly<Record<string, string>>,
  slots: number,
): number {
  const buffers: Buffers = {
    perChannel: Number(configuration['taskmanager.network.memory.buffers-per-channel'] ?? 2),
    floating: Number(configuration['taskmanager.network.memory.floating-buffers-per-gate'] ?? 8),
  };
  const segmentKey = 'taskmanager.memory.segment-size';
  const segment = Number(parseMemorySize(segmentKey, configuration[segmentKey] ?? '32kb'));
  const gates = vertices.flatMap(({ id, inputs }) =>
    inputs.map((input) => {
      const here = parallelismOf(id);
      const there = parallelismOf(input.id);
      return (
        segmentsOf(here, there, input.shipStrategy, buffers) + segmentsOf(there, here, input.shipStrategy, buffers)
      );
    }),
  );
  return gates.reduce((sum, count) => sum + count, 0) * segment * slots;
}

/** Buffers of one gate of one subtask, for as many channels as it has. */
export function segmentsOf(
  here: number,
  there: number,
  shipStrategy: string,
  { perChannel, floating }: Buffers,
): number {
  if (shipStrategy === 'FORWARD' && here === there) return perChannel + floating;
  const pointwise = shipStrategy === 'FORWARD' || shipStrategy === 'RESCALE';
  return (pointwise ? Math.ceil(there / here) : there) * perChannel + floating;
}
