/** The policy of a job's autoscaler, with what the rest of the job's spec leaves room for. */
import type { AutoscalerPolicy, MemoryPolicy } from '../autoscaler/policy.ts';
import { whyNotInPlace } from '../plan/in-place.ts';
import { whyNoMemory } from '../scaling/memory-obstacle.ts';
import type { JobSpec } from '../schema/flink-job.ts';

/**
 * Where nothing can be scaled, that is only advised, and so said once; and where somebody counts the TaskManagers, no more is wished than
 * what runs on them. Else the job would refuse the same decision for ever.
 */
export function jobPolicy(
  policy: AutoscalerPolicy,
  spec: Pick<JobSpec, 'flink' | 'taskManager' | 'upgrade' | 'storage'>,
): AutoscalerPolicy {
  const { flink, taskManager } = spec;
  const why = policy.mode === 'off' ? undefined : whyNotInPlace(flink.configuration);
  const { replicas, slots } = taskManager;
  return {
    ...policy,
    ...(why !== undefined && {
      mode: 'advise',
      onlyAdvised: { code: 'NOT_SCALABLE', text: `It cannot be carried out: ${why}.` },
    }),
    ...(replicas !== undefined && { slotsMax: replicas * slots }),
    ...(policy.memory && { memory: jobMemory(policy.memory, spec) }),
  };
}

function jobMemory(memory: MemoryPolicy, spec: Pick<JobSpec, 'upgrade' | 'storage'>): MemoryPolicy {
  const text = memory.isCarriedOut ? whyNoMemory(spec) : undefined;
  if (text === undefined) return memory;
  return { ...memory, isCarriedOut: false, onlyTold: { code: 'MEMORY_NOT_GIVEN', text } };
}
