/** Rows about the job itself, as Flink tells of it: it has ended, failed, or is not known any more. */
import type { Failure } from '../failure.ts';
import { hasHighAvailability } from '../generation.ts';
import { isUp, soForMs } from '../observation/reading.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { parseDurationMs } from '../spec/duration.ts';
import { noFailure, startAgain, type RecoveryCase, type RecoveryRow } from './finding.ts';
import { causeEvidence, causeText, spanText } from './words.ts';

export const finished: RecoveryRow = {
  reason: 'FINISHED',
  sees: ({ observation: { job, checkpoints } }) =>
    job.state === 'FINISHED' && checkpoints?.stoppedWith === undefined ? noFailure : undefined,
  action: 'acceptFinished',
};

/** No operation runs, so it was no operation: a person did it in Flink's own web UI or by its command line. */
export const canceledOutside: RecoveryRow = {
  reason: 'CANCELED_OUTSIDE',
  sees: ({ observation: { job, checkpoints }, spec }) => {
    if (job.state === 'FINISHED' && checkpoints?.stoppedWith !== undefined)
      return stopped(checkpoints.stoppedWith, spec);
    if (job.state !== 'CANCELED' && job.state !== 'CANCELLING') return undefined;
    const was = job.state === 'CANCELED' ? 'was' : 'is being';
    return {
      code: 'JOB_CANCELED_OUTSIDE',
      message: `The job ${was} canceled by somebody in Flink, and not through Drey.`,
      cure: `Nothing brings it back by itself: \`drey resume ${spec.metadata.name}\` lets it go on from its newest checkpoint.`,
    };
  },
  // What is on its way to its end is left alone, whatever else is wrong with it.
  action: ({ observation }) => (observation.job.state === 'CANCELLING' ? 'wait' : 'acceptCanceled'),
};

/** Flink calls FINISHED, too, what was stopped with a savepoint. */
function stopped(path: string, { metadata }: FlinkJob): Failure {
  return {
    code: 'JOB_CANCELED_OUTSIDE',
    message: `The job was stopped by somebody in Flink, and not through Drey, with savepoint ${path}.`,
    cure: `Nothing brings it back by itself: \`drey resume ${metadata.name}\` lets it go on from that savepoint.`,
  };
}

/** Where Flink restarts a job for it, it does so for ever: each try reads the same state. */
export const stateIncompatible: RecoveryRow = {
  reason: 'STATE_INCOMPATIBLE',
  sees: ({ observation }) => {
    const { cause, job } = observation;
    if (cause?.failure.code !== 'STATE_INCOMPATIBLE' || isUp(observation)) return undefined;
    // Then it may be the cause of long ago.
    if (job.state === 'silent' || job.state === 'absent') return undefined;
    const where = cause.task === undefined ? '' : ` It was read by task ${cause.task}.`;
    return { ...cause.failure, message: `${cause.failure.message}${where}` };
  },
  action: startAgain,
  retry: 'useless',
  isOfRevision: true,
};

/** What is wrong with the program, its arguments or what it connects to. */
const ofMain: readonly string[] = ['MAIN_METHOD_THREW', 'ENTRY_CLASS_MISSING', 'JAR_MISSING', 'NO_JOB_SUBMITTED'];

/** Told by Flink for a job that failed, and by the JobManager's log where that ended with its main method. */
export const mainMethodThrew: RecoveryRow = {
  reason: 'MAIN_METHOD_THREW',
  sees: ({ observation }) => {
    const { job, cause, podTrouble } = observation;
    const told = job.state === 'FAILED' ? cause?.failure : podTrouble;
    return !isUp(observation) && told !== undefined && ofMain.includes(told.code) ? told : undefined;
  },
  action: startAgain,
  retry: 'unlikely',
  isOfRevision: true,
};

export const jobFailed: RecoveryRow = {
  reason: 'JOB_FAILED',
  sees: ({ observation: { job, cause } }) => {
    if (job.state !== 'FAILED') return undefined;
    return cause?.failure ?? failedWithoutCause;
  },
  action: startAgain,
  isOfRevision: true,
};

const failedWithoutCause = {
  code: 'JOB_FAILED',
  message: 'The job failed, and Flink gave no cause.',
  cure: 'See the JobManager log (`drey logs job NAME`).',
} as const;

/** A new leader reads from the storage which jobs it has, and lists none before. */
const leaderMs = 30_000;

/** How long a JobManager that answers may not list its job yet. */
function listingMs({ spec }: RecoveryCase): number {
  // It runs the main method before it has a job to list.
  if (spec.spec.mode === 'application') return parseDurationMs(spec.spec.deadlines.submit);
  return hasHighAvailability(spec) ? leaderMs : 0;
}

export const jobVanished: RecoveryRow = {
  reason: 'JOB_VANISHED',
  sees: ({ observation, spec }) => {
    if (observation.job.state !== 'absent') return undefined;
    const why = hasHighAvailability(spec) ? '' : ' Without high availability a JobManager that restarts has no jobs.';
    return {
      code: 'JOB_VANISHED',
      message: `The JobManager answers, and has not known the job for ${spanText(soForMs(observation))}.${why}${causeText(observation)}`,
      cure: hasHighAvailability(spec)
        ? 'See the JobManager log (`drey logs job NAME`) for what kept it from recovering the job.'
        : 'Give spec.storage.root or spec.storage.volumeClaim: with high availability Flink itself goes on with the job.',
      ...causeEvidence(observation),
    };
  },
  action: (one) => (soForMs(one.observation) < listingMs(one) ? 'wait' : startAgain(one)),
};
