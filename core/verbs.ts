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

/** What is to be another parallelism: of the job, or of single vertices by their ids; null lets one follow the job again. */
export interface ScaleWish {
  readonly parallelism?: number | undefined;
  readonly vertices?: Readonly<Record<string, number | null>> | undefined;
}

/** With another parallelism; TaskManagers follow it unless the spec counts them. */
export function scaled(job: FlinkJob, { parallelism = job.spec.job.parallelism, vertices = {} }: ScaleWish): FlinkJob {
  const { vertexParallelism, ...rest } = job.spec.job;
  const all = Object.entries({ ...vertexParallelism, ...vertices });
  const named = all.flatMap(([id, own]): [string, number][] => (own === null ? [] : [[id, own]]));
  const kept = named.length === 0 ? {} : { vertexParallelism: Object.fromEntries(named) };
  return withSpec(job, { job: { ...rest, parallelism, ...kept } });
}

function withSpec(job: FlinkJob, change: Partial<FlinkJob['spec']>): FlinkJob {
  return { ...job, spec: { ...job.spec, ...change } };
}
