/** Waits until a job that ends by itself has done so, and tells why it has not. */
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { Failure } from '../../core/failure.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { assertNotEndedOutside } from './ended-outside.ts';
import { supervise } from './supervise.ts';

/** For the pods' own troubles to end the wait before it ends itself. */
const marginMs = 60_000;

/** @returns whether it has finished within the time. @throws what the job failed with, or JOB_CANCELED_OUTSIDE. */
export function waitFinished(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput) {
  const id = flinkJobId(generation.identity, generation.submission);
  const until = performance.now() + waitMs;
  const look = async (flink: FlinkClient, signal: AbortSignal) => {
    const job = (await flink.jobs()).find((one) => one.id === id);
    await assertNotEndedOutside({ flink, generation, signal }, job?.state);
    if (job?.state === 'FAILED')
      throw failed(diagnoseJobFailure((await flink.failureCause(id))?.stackTrace ?? '', generation.spec.spec));
    if (job?.state === 'FINISHED') return { finished: true };
    return performance.now() > until ? { finished: false } : undefined;
  };
  const supervision = { generation, waitMs: waitMs + marginMs, look, whenTimeIsUp };
  return withFailures(() => withHeartbeat((signal) => supervise(dependencies, { ...supervision, signal })));
}

function whenTimeIsUp(silence?: string): Failure {
  return {
    code: 'JOB_MANAGER_SILENT',
    message: `The JobManager does not tell whether the job has finished: ${silence ?? 'no answer'}.`,
    cure: 'See its log (`drey logs job NAME`); apply the spec again, and the job goes on from its newest checkpoint.',
  };
}
