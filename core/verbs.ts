/** What people's short words make of a job's spec: each is an apply of the same spec with one thing changed. */
import type { FlinkJob } from './schema/flink-job.ts';

/** Stopped with its state kept. */
export function suspended(job: FlinkJob): FlinkJob {
  return withSpec(job, { state: 'suspended' });
}

/** Ended, without a savepoint. */
export function canceled(job: FlinkJob): FlinkJob {
  return withSpec(job, { state: 'canceled' });
}

/** Running again. */
export function resumed(job: FlinkJob): FlinkJob {
  return withSpec(job, { state: 'running' });
}

/** The same, started anew from its state. */
export function restarted(job: FlinkJob): FlinkJob {
  return withSpec(job, { restartNonce: (job.spec.restartNonce ?? 0) + 1 });
}

/** With another parallelism; TaskManagers follow it unless the spec counts them. */
export function scaled(job: FlinkJob, parallelism: number): FlinkJob {
  return withSpec(job, { job: { ...job.spec.job, parallelism } });
}

function withSpec(job: FlinkJob, change: Partial<FlinkJob['spec']>): FlinkJob {
  return { ...job, spec: { ...job.spec, ...change } };
}
