/** Reads what a Flink cluster has for its jobs: TaskManagers, slots, memory. Two requests, whatever its size. */
import type { Aggregate } from '../../core/autoscaler/samples.ts';
import type { FlinkClusterReading } from '../../core/metrics/job-reading.ts';
import type { FlinkCallOptions, FlinkClient } from './client.ts';
import { unlessRefused } from './errors.ts';

const memory = {
  heapMaxBytes: 'Status.JVM.Memory.Heap.Max',
  heapUsedBytes: 'Status.JVM.Memory.Heap.Used',
  managedMaxBytes: 'Status.Flink.Memory.Managed.Total',
  managedUsedBytes: 'Status.Flink.Memory.Managed.Used',
  metaspaceMaxBytes: 'Status.JVM.Memory.Metaspace.Max',
  metaspaceUsedBytes: 'Status.JVM.Memory.Metaspace.Used',
  gcMsPerSecond: 'Status.JVM.GarbageCollector.All.TimeMsPerSecond',
} as const;

const counts = ['taskSlotsTotal', 'taskSlotsAvailable', 'numRegisteredTaskManagers'] as const;

/** What Flink refuses to tell is absent. @throws FlinkUnreachable where nothing answers. */
export async function readFlinkCluster(flink: FlinkClient, call?: FlinkCallOptions): Promise<FlinkClusterReading> {
  const answer = (await unlessRefused(flink.taskManagerMetrics(Object.values(memory), call))) ?? {};
  const told = (await unlessRefused(flink.jobManagerMetrics(counts, call))) ?? {};
  const { taskSlotsTotal, taskSlotsAvailable, numRegisteredTaskManagers: count } = told;
  const seen = Object.entries(memory).flatMap(([field, name]): [string, Aggregate][] => {
    const aggregate = answer[name];
    return aggregate ? [[field, aggregate]] : [];
  });
  return {
    taskManagers: { ...(count !== undefined && { count }), ...Object.fromEntries(seen) },
    ...(taskSlotsTotal !== undefined && { slotsTotal: taskSlotsTotal }),
    ...(taskSlotsAvailable !== undefined && { slotsAvailable: taskSlotsAvailable }),
  };
}
