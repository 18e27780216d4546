/** Between which parallelisms a vertex may be, by the options, the policy and the schedule that counts now. */
import type { AutoscalerPolicy, ScheduledBounds, VertexPolicy } from './policy.ts';
import type { JobVertex } from './samples.ts';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What the policy says of one vertex, by its id or its name. */
export function policyOf({ vertices }: AutoscalerPolicy, { id, name }: Pick<JobVertex, 'id' | 'name'>): VertexPolicy {
  return vertices[id] ?? vertices[name] ?? {};
}

/**
 * The narrowest word counts: the vertex's own, the schedule's, the job's, the options'; and never more than there are slots, nor than the
 * vertex can have: one that cannot be parallel is not below a minimum of the whole job.
 */
export function boundsOf(policy: AutoscalerPolicy, vertex: JobVertex, schedule: ScheduledBounds | undefined): Bounds {
  const own = policyOf(policy, vertex);
  const { slotsMax = Infinity } = policy;
  const min = own.min ?? schedule?.min ?? policy.min ?? policy.options.minParallelism;
  const max = own.max ?? schedule?.max ?? policy.max ?? policy.options.maxParallelism;
  const most = Math.min(slotsMax, vertex.maxParallelism);
  return { min: Math.min(min, most), max: Math.min(Math.max(min, max), most) };
}
