/** A job with one task, as its JobManager lists it. */
import type { JobSummary } from '../../clients/flink/client.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId } from '../../core/names.ts';

const endStates: readonly FlinkJobState[] = ['FINISHED', 'CANCELED', 'FAILED'];

export function listedJob({ identity, submission }: Generation, state: FlinkJobState): JobSummary {
  const id = flinkJobId(identity, submission);
  const ended = endStates.includes(state) && { endedAtMs: 2 };
  const tasks = state === 'RUNNING' || ended ? { [state]: 1 } : {};
  return { id, name: 'orders', state, startedAtMs: 1, ...ended, tasksTotal: 1, tasks };
}

/** Of its checkpoints, as a client tells them: none lately, and no savepoint. */
export const nothingRecent = { recentCompleted: [], recentFailed: [], savepointUnderWay: false };
