/** Waits until every task of a job runs at the parallelism that Flink was asked for, vertex by vertex. */
import { withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { RescaleLook, type RescaleLookInput } from './rescale-look.ts';
import { supervise } from './supervise.ts';

export interface WaitParallelismInput extends RescaleLookInput {
  /** Whether the job is put back to what it was: pods that were to be more may be in trouble. */
  readonly isPutBack?: boolean;
}

/** @returns with how long the job was kept from its work, where Flink tells it. */
export function waitParallelism(dependencies: ClusterDependencies, input: WaitParallelismInput) {
  const { generation, waitMs, isPutBack = false } = input;
  const rescale = new RescaleLook(input);
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        despitePods: isPutBack,
        look: (...now) => rescale.look(...now),
        whenTimeIsUp: (silence) => rescale.failure(silence),
      }),
    ),
  );
}
