/** Why an autoscaler may not give a job's TaskManagers memory: that takes an upgrade, which must neither lose the state nor wait for a person. */
import type { JobSpec } from '../schema/flink-job.ts';

/** Undefined where nothing is against it. */
export function whyNoMemory({ upgrade, storage }: Pick<JobSpec, 'upgrade' | 'storage'>): string | undefined {
  const why = obstacleOf({ upgrade, storage });
  return why === undefined ? undefined : `It is not given: that takes an upgrade, ${why}.`;
}

function obstacleOf({ upgrade, storage }: Pick<JobSpec, 'upgrade' | 'storage'>): string | undefined {
  if (upgrade.strategy === 'blueGreen') return 'and a person decides on those of this job (`blueGreen`)';
  if (upgrade.mode === 'stateless') return 'which would leave the state behind (`stateless`)';
  return storage.checkpoints === undefined ? 'and the job has no storage to keep its state in' : undefined;
}
