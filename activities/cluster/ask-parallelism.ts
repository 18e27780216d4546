/** The request to Flink for the parallelism of a job's vertices. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError } from '../../clients/flink/errors.ts';
import type { Failure } from '../../core/failure.ts';
import type { Requirements } from '../../core/rescale/vertex-parallelism.ts';
import { failed } from '../failures.ts';

/**
 * @param cure what is said to do where it is refused.
 * @throws ApplicationFailure NOT_RESCALABLE where Flink refuses the request itself; what it says otherwise may pass.
 */
export async function askForParallelism(
  flink: FlinkClient,
  jobId: string,
  requirements: Requirements,
  cure: string,
): Promise<void> {
  try {
    await flink.setResourceRequirements(jobId, requirements);
  } catch (error) {
    throw error instanceof FlinkRestError && error.status === 400 ? failed(refused(error, cure)) : error;
  }
}

function refused({ rootCause }: FlinkRestError, cure: string): Failure {
  return { code: 'NOT_RESCALABLE', message: `Flink refused the new parallelism: ${rootCause}`, cure };
}
