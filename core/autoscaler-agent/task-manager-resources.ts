/** What a job's spec gives each of its TaskManagers, as the autoscaler counts it. */
import type { TaskManagerResources } from '../autoscaler/samples.ts';
import type { JobSpec } from '../schema/flink-job.ts';
import { parseCpuCores, parseMemoryBytes } from '../spec/quantity.ts';

/** CPU is what is requested, for that is what a cluster has to have; memory is the size of Flink's process. */
export function taskManagerResources({
  taskManager,
  flink,
}: Pick<JobSpec, 'taskManager' | 'flink'>): TaskManagerResources {
  const { requests, limits } = taskManager.resources;
  const cpu = requests?.cpu ?? limits?.cpu;
  const memory = limits?.memory ?? requests?.memory;
  const memoryBytes = memory === undefined ? undefined : parseMemoryBytes(memory);
  const own = Object.entries(flink.configuration).filter(([key]) => key.startsWith('taskmanager.'));
  const size = memoryBytes === undefined ? [] : [['taskmanager.memory.process.size', `${memoryBytes}b`]];
  return {
    slots: taskManager.slots,
    ...(cpu !== undefined && { cpuCores: parseCpuCores(cpu) }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    configuration: Object.fromEntries([...own, ...size]),
  };
}
