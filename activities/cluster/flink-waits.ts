/** Waits for a Flink cluster to be ready for its job: the JobManager answers, then the slots are registered. */
import { slotsNeeded, taskManagerReplicas } from '../../core/spec/task-managers.ts';
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { supervise } from './supervise.ts';

/** Waits until the JobManager's REST interface answers. */
export function waitJobManager(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: async (flink) => ({ detail: `Flink ${(await flink.overview()).flinkVersion}` }),
        whenTimeIsUp: (silence) => ({
          code: 'JOB_MANAGER_SILENT',
          message: `The JobManager did not answer within ${Math.round(waitMs / 1000)} s: ${silence ?? 'no answer'}.`,
          cure: 'See its log (`drey logs job NAME`) and its CPU limit; raise spec.deadlines.jobManager if it only needs longer.',
        }),
      }),
    ),
  );
}

/** Waits until as many slots are registered as the job's parallelism needs. */
export function waitSlots(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  const { job, taskManager } = generation.spec.spec;
  const wanted = slotsNeeded(job);
  let registered = 0;
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: async (flink) => {
          registered = (await flink.overview()).slotsTotal;
          return registered >= wanted ? { detail: `${registered} slots for parallelism ${wanted}` } : undefined;
        },
        whenTimeIsUp: () => ({
          code: 'NOT_ENOUGH_SLOTS',
          message: `${registered} of ${wanted} slots were registered within ${Math.round(waitMs / 1000)} s, with ${taskManagerReplicas(generation.spec.spec)} TaskManagers of ${taskManager.slots} slots.`,
          cure: 'See the TaskManager log (`drey logs job NAME --component taskmanager`): most often it cannot reach the JobManager or lacks memory.',
        }),
      }),
    ),
  );
}
