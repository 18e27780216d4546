/** How many TaskManagers a spec asks for. */
import type { JobSpec } from '../schema/flink-job.ts';

/** The number given, else as many as the parallelism fills. */
export function taskManagerReplicas(spec: Pick<JobSpec, 'job' | 'taskManager'>): number {
  return spec.taskManager.replicas ?? Math.ceil(spec.job.parallelism / spec.taskManager.slots);
}
