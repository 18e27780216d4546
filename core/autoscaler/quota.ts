/** How much of a cluster a scaling may take. */
import type { Reason } from './decision.ts';
import type { OperatorOptions } from './options.ts';
import type { AutoscalerQuota } from './policy.ts';
import type { AutoscaledJob, JobVertex } from './samples.ts';

type Parallelism = Readonly<Record<string, number>>;

/**
 * As the operator counts: only vertices that change, whole TaskManagers rounded down, and only where more are needed than
 * before; nothing where no slot sharing group is known. Source: `ScalingExecutor.scalingWouldExceedResourceQuota`.
 */
export function operatorQuota(job: AutoscaledJob, to: Parallelism, options: OperatorOptions): Reason | undefined {
  const { quotaCpuCores: cpu = Infinity, quotaMemoryBytes: memory = Infinity } = options;
  const resources = job.taskManagers;
  if (resources === undefined || !job.vertices.some(({ slotSharingGroup }) => slotSharingGroup !== undefined))
    return undefined;
  const changed = job.vertices.filter(({ id, parallelism }) => (to[id] ?? parallelism) !== parallelism);
  const before = Math.floor(slotsOf(changed, {}) / resources.slots);
  const after = Math.floor(slotsOf(changed, to) / resources.slots);
  if (after <= before) return undefined;
  const exceeds = (resources.cpuCores ?? 0) * after > cpu || (resources.memoryBytes ?? 0) * after > memory;
  return exceeds ? reached(`${after} TaskManagers would take more than job.autoscaler.quota allows.`) : undefined;
}

/** What all vertices need, in whole TaskManagers, against each quota; only where more is needed than `before`. */
export function policyQuota(
  job: AutoscaledJob,
  to: Parallelism,
  quotas: readonly AutoscalerQuota[],
  before: AutoscaledJob = job,
): Reason | undefined {
  const slots = slotsOf(job.vertices, to);
  if (!takesMore(job, slots, before)) return undefined;
  const { slots: each = 1, cpuCores = 0, memoryBytes = 0 } = job.taskManagers ?? {};
  const taskManagers = Math.ceil(slots / each);
  for (const quota of quotas) {
    const of = quota.of ?? 'job';
    if (slots > (quota.slots ?? Infinity))
      return reached(`${slots} slots are more than the ${quota.slots} of the ${of}.`);
    if (taskManagers * cpuCores > (quota.cpuCores ?? Infinity))
      return reached(`${taskManagers * cpuCores} cores are more than the ${quota.cpuCores} of the ${of}.`);
    if (taskManagers * memoryBytes > (quota.memoryBytes ?? Infinity))
      return reached(`${taskManagers} TaskManagers take more memory than the ${of} may.`);
  }
  return undefined;
}

function takesMore({ taskManagers }: AutoscaledJob, slots: number, before: AutoscaledJob): boolean {
  const slotsBefore = slotsOf(before.vertices, {});
  const memoryBefore = slotsBefore * (before.taskManagers?.memoryBytes ?? 0);
  return slots > slotsBefore || slots * (taskManagers?.memoryBytes ?? 0) > memoryBefore;
}

/** Slots that vertices need: the largest parallelism of each slot sharing group, summed. */
export function slotsOf(vertices: readonly JobVertex[], to: Parallelism): number {
  const groups = new Map<string, number>();
  for (const { id, parallelism, slotSharingGroup = 'default' } of vertices)
    groups.set(slotSharingGroup, Math.max(groups.get(slotSharingGroup) ?? 0, to[id] ?? parallelism));
  return [...groups.values()].reduce((sum, slots) => sum + slots, 0);
}

function reached(text: string): Reason {
  return { code: 'QUOTA_REACHED', text };
}
