/** Whether another parallelism can be had without stopping the job, as far as its spec tells. */
import type { FlinkJob } from '../schema/flink-job.ts';

/** Why the running job cannot be rescaled in place; undefined where nothing is known against it. */
export function whyNotInPlace({ spec }: FlinkJob): string | undefined {
  const options = spec.flink.configuration;
  const scheduler = options['jobmanager.scheduler'];
  if (scheduler !== undefined && scheduler.toLowerCase() !== 'adaptive')
    return `\`jobmanager.scheduler\` is ${scheduler}, and only the adaptive one changes the parallelism of a running job`;
  if (options['execution.runtime-mode']?.toLowerCase() === 'batch')
    return '`execution.runtime-mode` is BATCH, and only a streaming job can change its parallelism while it runs';
  return undefined;
}
