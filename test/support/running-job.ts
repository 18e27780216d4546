/** A job as its JobManager lists it, with all its tasks running. */
import type { JobSummary } from '../../clients/flink/client.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';

export function runningJob({ identity }: Generation): JobSummary {
  return {
    id: flinkJobId(identity, 1),
    name: 'orders',
    state: 'RUNNING',
    startedAtMs: 0,
    tasksTotal: 2,
    tasks: { RUNNING: 2 },
  };
}
