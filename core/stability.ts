/** Whether a job is stable: decided on one look at it and on since when it has run as it does. */

/** One look at a job. */
export interface StabilitySeen {
  readonly nowMs: number;
  /** As its JobManager lists it; undefined when it does not know the job. */
  readonly state: string | undefined;
  readonly allRunning: boolean;
  /** How many failures Flink tells of so far. */
  readonly failures: number;
}

/** Since when it has run, with how many failures before. */
export interface StabilitySince {
  readonly atMs?: number;
  readonly failures: number;
  /** How many do not count; below zero where those of another JobManager count, too. */
  readonly firstFailures: number;
}

export interface StabilityVerdict {
  readonly state: 'stable' | 'waiting' | 'unstable';
  readonly since: StabilitySince;
  readonly detail: string;
}

/** Restarts that may be chance (a TaskManager that was moved); one more is taken for what the new revision does. */
const restartsMax = 2;

/** A JobManager that took over counts from nothing: what was counted before still counts. */
function failuresBefore({ failures }: StabilitySeen, since: StabilitySince | undefined): number {
  if (!since) return failures;
  return failures < since.failures ? since.firstFailures - since.failures : since.firstFailures;
}

/** A restart begins the time anew; so does any look at which not all tasks run. */
export function runsFor(seen: StabilitySeen, since: StabilitySince | undefined, stableMs: number): StabilityVerdict {
  const firstFailures = failuresBefore(seen, since);
  const restarts = seen.failures - firstFailures;
  const detail = restarts === 0 ? 'no restart' : `${restarts} restarts`;
  const none = { failures: seen.failures, firstFailures };
  if (seen.state === 'FINISHED') return { state: 'stable', since: none, detail: 'the job has finished' };
  if (seen.state === 'FAILED' || restarts > restartsMax) return { state: 'unstable', since: none, detail };
  if (seen.state !== 'RUNNING' || !seen.allRunning) return { state: 'waiting', since: none, detail };
  const isSame = since?.atMs !== undefined && since.failures === seen.failures;
  const atMs = isSame && since.atMs !== undefined ? since.atMs : seen.nowMs;
  const state = seen.nowMs - atMs >= stableMs ? 'stable' : 'waiting';
  return { state, since: { ...none, atMs }, detail };
}
