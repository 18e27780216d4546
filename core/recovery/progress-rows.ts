/** Rows about a job that does not get on: its tasks, its checkpoints, its records. */
import { hasEnded, isUp, soForMs } from '../observation/reading.ts';
import { backpressuredMin } from '../observation/standing-still.ts';
import { parseDurationMs } from '../spec/duration.ts';
import type { JobSpec } from '../schema/flink-job.ts';
import { startAgain, type RecoveryCase, type RecoveryRow } from './finding.ts';
import { causeEvidence, causeText, counted, spanText } from './words.ts';

export const tasksNotRunning: RecoveryRow = {
  reason: 'TASKS_NOT_RUNNING',
  sees: ({ observation, spec }) => {
    const isWaiting = !isUp(observation) && !hasEnded(observation) && observation.job.state !== 'silent';
    if (!isWaiting || soForMs(observation) < startMs(spec.spec.deadlines)) return undefined;
    return {
      code: 'TASKS_NOT_RUNNING',
      message: `The job has not been up for ${spanText(soForMs(observation))}: ${tasksText({ observation, spec })}.${causeText(observation)}`,
      cure: 'See the job in the Flink UI and the TaskManager log; raise spec.deadlines.running if restoring needs longer.',
      ...causeEvidence(observation),
    };
  },
  action: 'restartCluster',
};

/** As long as a deploy would give its TaskManagers and tasks to come up. */
function startMs({ schedule, imagePull, slots, running }: JobSpec['deadlines']): number {
  return [schedule, imagePull, slots, running].reduce((sum, each) => sum + parseDurationMs(each), 0);
}

function tasksText({ observation: { job } }: RecoveryCase): string {
  const tasks = job.tasks ? `${job.tasks.running} of ${counted(job.tasks.total, 'task')} running` : 'no task runs';
  return `Flink says ${job.state}, ${tasks}`;
}

/** Shown from so many failures in a row on, where the spec does not say what to do. */
export const failuresShown = 3;

export const checkpointsFailing: RecoveryRow = {
  reason: 'CHECKPOINTS_FAILING',
  sees: ({ observation, spec }) => {
    const { checkpoints } = observation;
    const { maxFailures = failuresShown } = spec.spec.recovery.checkpoints;
    if (!checkpoints || !isUp(observation) || checkpoints.failures < maxFailures) return undefined;
    const why = checkpoints.failure ? ` ${checkpoints.failure.message}` : '';
    return {
      code: 'CHECKPOINT_FAILED',
      message: `${counted(checkpoints.failures, 'checkpoint')} failed in a row.${why}`,
      cure: checkpoints.failure?.cure ?? 'See the checkpoints in the Flink UI.',
      ...(checkpoints.failure?.evidence !== undefined && { evidence: checkpoints.failure.evidence }),
    };
  },
  action: (one) => (one.spec.spec.recovery.checkpoints.maxFailures === undefined ? 'report' : startAgain(one)),
  isOfRevision: true,
};

/** An old checkpoint is shown from so many intervals on, and not before this long, where the spec does not say more. */
const intervalsShown = 10;
const ageShownMs = 10 * 60_000;

export const checkpointTooOld: RecoveryRow = {
  reason: 'CHECKPOINT_TOO_OLD',
  sees: (one) => {
    const ageMs = checkpointAgeMs(one);
    const limitMs = checkpointAgeLimitMs(one);
    if (ageMs === undefined || limitMs === undefined || ageMs < limitMs) return undefined;
    const { newest } = one.observation.checkpoints ?? {};
    const what = newest
      ? `The newest checkpoint is ${spanText(ageMs)} old`
      : `The job has completed no checkpoint in ${spanText(ageMs)}`;
    return {
      code: 'CHECKPOINT_TOO_OLD',
      message: `${what}, and at most ${spanText(limitMs)} are expected.`,
      cure: 'See the checkpoints in the Flink UI: most often a task is backpressured, or the storage is slow.',
    };
  },
  action: (one) => (one.spec.spec.recovery.checkpoints.maxAge === undefined ? 'report' : startAgain(one)),
  isOfRevision: true,
};

/**
 * How old the newest was when Flink told of it. Of a submission that has completed none, how long it has tried. A job that was down, or of which
 * a savepoint was taken, could make none: from its restore, its coming up, or the savepoint's end it has as long as any. Undefined where that is
 * not known.
 */
function checkpointAgeMs({ observation }: RecoveryCase): number | undefined {
  const { checkpoints, job, seenAt } = observation;
  const beginMs = checkpoints?.newest?.completedAtMs ?? job.startedAtMs;
  if (beginMs === undefined || !isUp(observation)) return undefined;
  const { restoredAtMs = 0, savepointAtMs = 0 } = checkpoints ?? {};
  const sinceMs = Math.max(beginMs, restoredAtMs, savepointAtMs, job.cameUpAtMs ?? 0);
  return Math.max(0, (checkpoints?.readAtMs ?? Date.parse(seenAt)) - sinceMs);
}

/** Undefined for a job that makes no checkpoints by time. */
function checkpointAgeLimitMs({ observation, spec }: RecoveryCase): number | undefined {
  const { maxAge } = spec.spec.recovery.checkpoints;
  const intervalMs = observation.checkpoints?.intervalMs;
  if (intervalMs === undefined) return undefined;
  return maxAge === undefined ? Math.max(ageShownMs, intervalsShown * intervalMs) : parseDurationMs(maxAge);
}

/** From here on, a vertex that put nothing out stands still: less may be a slow sink, or a pause of its source. */
const standstillMs = 2 * 60_000;

export const standstill: RecoveryRow = {
  reason: 'STANDSTILL',
  sees: ({ observation }) => {
    const seen = observation.standstill;
    if (!seen || !isUp(observation) || seen.recordsOut > 0) return undefined;
    if (seen.windowMs < standstillMs || seen.backpressure < backpressuredMin) return undefined;
    return {
      code: 'STANDSTILL',
      message: `The job stands still: ${seen.vertex} was backpressured for ${Math.round(seen.backpressure * 100)} % of ${spanText(seen.windowMs)} and put out no record, and no checkpoint was completed.`,
      cure: 'See in the Flink UI which task behind it is busy or blocked: most often a sink whose other end does not answer.',
    };
  },
  action: 'report',
};

/** What may pass is given its time; the rows above say when it is over. */
export const flinkRecovers: RecoveryRow = {
  reason: 'FLINK_RECOVERS',
  sees: (one) => {
    const { observation } = one;
    if (isUp(observation) || hasEnded(observation)) return undefined;
    const span = spanText(soForMs(observation));
    const isSilent = observation.job.state === 'silent';
    return {
      code: isSilent ? 'JOB_MANAGER_SILENT' : 'TASKS_NOT_RUNNING',
      message: isSilent
        ? `The JobManager has not answered for ${span}.`
        : `The job has not been up for ${span}: ${tasksText(one)}.${causeText(observation)}`,
      cure: 'Nothing to do yet: Flink and Kubernetes bring it back by themselves, and else Drey does.',
      ...causeEvidence(observation),
    };
  },
  action: 'wait',
};
