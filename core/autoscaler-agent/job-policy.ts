/** The policy of a job's autoscaler, with what the rest of the job's spec leaves room for. */
import type { AutoscalerPolicy } from '../autoscaler/policy.ts';
import { whyNotInPlace } from '../plan/in-place.ts';
import type { JobSpec } from '../schema/flink-job.ts';

/**
 * Where nothing can be scaled, that is only advised, and so said once; and where somebody counts the TaskManagers, no more is wished than
 * what runs on them. Else the job would refuse the same decision for ever.
 */
export function jobPolicy(
  policy: AutoscalerPolicy,
  { flink, taskManager }: Pick<JobSpec, 'flink' | 'taskManager'>,
): AutoscalerPolicy {
  const why = policy.mode === 'off' ? undefined : whyNotInPlace(flink.configuration);
  const { replicas, slots } = taskManager;
  return {
    ...policy,
    ...(why !== undefined && {
      mode: 'advise',
      onlyAdvised: { code: 'NOT_SCALABLE', text: `It cannot be carried out: ${why}.` },
    }),
    ...(replicas !== undefined && { slotsMax: replicas * slots }),
  };
}
