/** A job whose JobManager cannot be asked for a savepoint, though the job may well run. */
import type { Failure } from '../failure.ts';

/** @param why the JobManager did not answer. @param silentMs since it last did, in milliseconds. */
export function savepointNotAsked(why: string, silentMs: number): Failure {
  const seconds = Math.round(silentMs / 1000);
  return {
    code: 'JOB_MANAGER_SILENT',
    message: `The JobManager has not answered for ${seconds} s, though its pod is ready, so no savepoint could be asked for: ${why}`,
    cure: 'See whether the agent reaches it (network policies, the API server). Or choose its newest checkpoint, for which its pods are ended: `--mode last-state`, or spec.upgrade.whenSavepointFails checkpoint.',
  };
}
