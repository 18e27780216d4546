/** Whether another parallelism can be had without stopping the job, as far as its spec tells. */

/**
 * Why the running job cannot be rescaled in place; undefined where nothing is known against it.
 * @param options the configuration that the spec gives Flink
 */
export function whyNotInPlace(options: Readonly<Record<string, string>>): string | undefined {
  const scheduler = options['jobmanager.scheduler'];
  if (scheduler !== undefined && scheduler.toLowerCase() !== 'adaptive')
    return `\`jobmanager.scheduler\` is ${scheduler}, and only the adaptive one changes the parallelism of a running job`;
  if (options['execution.runtime-mode']?.toLowerCase() === 'batch')
    return '`execution.runtime-mode` is BATCH, and only a streaming job can change its parallelism while it runs';
  return undefined;
}
