/** How many pods the workloads of a generation ask for at least. */
import { hasHighAvailability, type Generation } from '../generation.ts';
import { generationNames } from '../names.ts';
import { taskManagerReplicas } from '../spec/task-managers.ts';

/** The JobManager is a Job where nothing may start it a second time. */
export function jobManagerKind({ spec }: Pick<Generation, 'spec'>): 'Deployment' | 'Job' {
  return spec.spec.mode === 'application' && !hasHighAvailability(spec) ? 'Job' : 'Deployment';
}

/** By `<kind> <name>`. */
export function wantedPods(generation: Generation): Readonly<Record<string, number>> {
  const { identity, spec } = generation;
  const { jobManager, taskManager } = generationNames(identity);
  const jobManagers = hasHighAvailability(spec) ? spec.spec.jobManager.replicas : 1;
  return {
    [`${jobManagerKind(generation)} ${jobManager}`]: jobManagers,
    [`Deployment ${taskManager}`]: taskManagerReplicas(spec.spec),
  };
}
