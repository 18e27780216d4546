/**
 * What becomes of an operation that a person asks to give up, told from its record. Where each has its point of no return is
 * decided in workflows/: this table follows it.
 */
import type { Refusal } from './job-changes.ts';
import type { OperationKind } from './operation-kinds.ts';
import type { OperationRecord, StepState } from './operation.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import type { StepName } from './steps.ts';

/**
 * `withdrawn`: it never begins. `givenUp`: it undoes what it began. `rolledBack`: the last stable revision is brought back.
 * `goesOn`: it is giving up already. `undecided`: it is given up or comes to its end, by what the cluster says.
 */
export const abortEnds = ['withdrawn', 'givenUp', 'rolledBack', 'goesOn', 'undecided'] as const;
export type AbortEnd = (typeof abortEnds)[number];

export interface AbortOutlook {
  readonly operation: number;
  readonly kind: OperationKind;
  readonly end: AbortEnd;
  /** What it leaves behind, for people. */
  readonly leaves: string;
}

/** What of the job matters. */
export interface AbortedJob {
  /** The spec that the operation brings about, or the job has. */
  readonly spec: FlinkJob;
  /** The revision that ran before. */
  readonly revision?: number | undefined;
  /** Whether the operation is done again, for the one before it was lost. */
  readonly isRepeated?: boolean;
}

type Ending = Pick<AbortOutlook, 'end' | 'leaves'>;

/** Why it is past its point of no return, and what becomes of it. */
interface NoReturn {
  readonly why: string;
}

/** @returns a refusal where it is past its point of no return, and nothing would come of asking. */
export function abortOutlook(operation: OperationRecord, job: AbortedJob): AbortOutlook | Refusal {
  const { number, kind } = operation;
  const ending = endingOf(operation, job);
  if (!('why' in ending)) return { operation: number, kind, ...ending };
  return { code: 'TOO_LATE', message: `Operation ${number} cannot be given up any more. ${ending.why}` };
}

function endingOf(operation: OperationRecord, job: AbortedJob): Ending | NoReturn {
  const { kind, state, steps } = operation;
  if (state === 'queued') return { end: 'withdrawn', leaves: 'It never begins. The job stays as it is.' };
  const begun = (...names: readonly StepName[]) => steps.some(({ name }) => names.some((one) => one === name));
  if (begun(...undoing)) return goesOn('It is giving up already, and undoes what it began.');
  if (kind === 'upgrade') return ofUpgrade(operation, job, begun);
  const revision = operation.plan?.goesBackTo;
  if (revision !== undefined && begun('previousStopped')) return ofStopped(operation, { ...job, revision });
  return afterReturn[kind]?.(begun, job) ?? noReturn(endsOf[kind] ?? 'It comes to its own end.');
}

type Begun = (...names: readonly StepName[]) => boolean;

/** Steps with which an operation undoes what it began. */
const undoing: readonly StepName[] = [
  'undone',
  'newStopped',
  'newRemoved',
  'rollbackStarted',
  'startedStopped',
  'parallelismPutBack',
];

function ofUpgrade(operation: OperationRecord, job: AbortedJob, begun: Begun): Ending | NoReturn {
  if (operation.plan?.strategy === 'blueGreen')
    return givenUp('The candidate is cleared away. The job runs on untouched.');
  if (!begun('previousStopped'))
    return givenUp('What is up of the next revision is cleared away. The job runs on untouched.');
  return ofStopped(operation, job);
}

/** It has stopped what ran before, and goes back to that. */
function ofStopped({ steps, stopFound }: OperationRecord, { spec, revision }: AbortedJob): Ending | NoReturn {
  const stepIs = (step: StepName, is: StepState) => steps.some(({ name, state }) => name === step && state === is);
  if (stepIs('stable', 'done'))
    return noReturn('The next revision is stable, and stays: what ran before is only cleared away.');
  if (stopFound === 'finished')
    return givenUp(
      'The job had finished by itself before, and is not run again. What was started of the next revision is stopped and cleared away; its newest checkpoint, if it has one, is kept for the next start.',
    );
  if (!spec.spec.upgrade.rollback)
    return givenUp(`The job has stopped, and stays so, for spec.upgrade.rollback is false. ${keptOf(stopFound)}`);
  const to = revision === undefined ? 'the last stable revision' : `revision ${revision}`;
  if (stopFound === 'stateUnknown') {
    const leaves = `The job has stopped, and its state could not be found. It goes back to ${to} only from a checkpoint that the next revision has completed, and where the old one can read that; else it stays stopped.`;
    return stepIs('firstCheckpoint', 'done') ? { end: 'rolledBack', leaves } : givenUp(leaves);
  }
  const leaves = `The job has stopped. It goes back to ${to}, from what the next revision has completed last, or else from where it was stopped; where the old one cannot read that, it stays stopped with its state.`;
  // Only the end of the stop tells.
  const isOpen = stepIs('previousStopped', 'running');
  return {
    end: 'rolledBack',
    leaves: isOpen ? `${leaves} If it had finished by itself before, it is not run again.` : leaves,
  };
}

function keptOf(stopFound: OperationRecord['stopFound']): string {
  if (stopFound !== 'stateUnknown') return 'Its state is kept for the next start.';
  return 'Its state could not be found; a checkpoint that the next revision has completed is kept for the next start.';
}

/** What is left where it may still be given up; undefined where it may not. */
const afterReturn: Readonly<Partial<Record<OperationKind, (begun: Begun, job: AbortedJob) => Ending | undefined>>> = {
  deploy: ofDeploy,
  resume: ofDeploy,
  recover: (begun, job) => alsoRecovery(ofDeploy(begun, job)),
  rescale: ofRescale,
  suspend: untilItEnds,
  cancel: untilItEnds,
  promote: ofPromotion,
  discard: (begun) => (begun('candidateCanceled') ? undefined : givenUp(candidateWaits)),
  adjust: (begun) => (begun('anchorUpdated', 'strangerRemoved') ? undefined : givenUp('The job runs on as it is.')),
  cleanup: (begun) =>
    begun('finishedRemoved', 'stateKept') ? undefined : givenUp('The job has ended, and its Flink cluster stays.'),
  revive: (begun) =>
    givenUp(
      begun('candidateStopped')
        ? 'The candidate does not run, and is brought back later. The job runs on untouched.'
        : 'The candidate stays as it is. The job runs on untouched.',
    ),
  heal: () => givenUp('What was put back by then stays. The job is not touched.'),
  remove: (begun) => (begun(...removing) ? undefined : givenUp('The job is not removed, and stays as it is.')),
  savepoint: (begun) =>
    begun('savepointsCleaned')
      ? undefined
      : givenUp(
          'The job runs on. Flink ends what it has begun of the savepoint: its files may stay, without a record.',
        ),
};

/** Steps of a removal after which half of it is gone. */
const removing: readonly StepName[] = [
  'jobCanceled',
  'jobStopped',
  'candidateCanceled',
  'podsGone',
  'leftAlone',
  'standInApplied',
];

const endsOf: Readonly<Partial<Record<OperationKind, string>>> = {
  rescale: 'The job has its new parallelism: what is left over is cleared away.',
  suspend: 'A stop cannot be withdrawn: the job ends SUSPENDED, and `drey resume NAME` starts it again.',
  cancel: 'A stop cannot be withdrawn: the job ends CANCELED, and `drey resume NAME` starts it again.',
  promote: 'The candidate is the job by now: what ran before is ended.',
  discard: 'The candidate has ended: it is cleared away, and the job runs on.',
  remove: 'A removal that has begun cannot be withdrawn: the job ends REMOVED.',
  cleanup: 'The job has ended: its Flink cluster is being cleared away.',
  dispose: 'Files are being deleted: that comes to its end.',
  savepoint: 'The savepoint is there: what is over the retention is cleaned up.',
  adjust: 'The revision is being noted: that comes to its end.',
};

const candidateWaits = 'The candidate waits on, and the job runs beside it.';

/** Where one before it was lost, only the cluster knows how far that was; until it has answered nothing is given up. */
function ofPromotion(begun: Begun, { isRepeated }: AbortedJob): Ending | undefined {
  if (begun('candidatePromoted')) return undefined;
  if (begun('tasksRunning') || !isRepeated) return givenUp(candidateWaits);
  const leaves =
    'It waits for what the cluster says first. Where the candidate is the job by now, by the promotion that was lost, this one comes to its end; else the candidate waits on, and the job runs beside it.';
  return { end: 'undecided', leaves };
}

function ofRescale(begun: Begun): Ending | undefined {
  if (begun('anchorUpdated')) return undefined;
  if (begun('parallelismChanged'))
    return { end: 'rolledBack', leaves: 'The parallelism is put back, and TaskManagers that were added go again.' };
  return givenUp('TaskManagers that were added go again. The job runs on at the parallelism that it has.');
}

function ofDeploy(begun: Begun, { spec }: AbortedJob): Ending | undefined {
  if (begun('firstCheckpoint'))
    return givenUp(`${clearedAway(spec)} Its newest checkpoint is kept for the next start.`);
  if (!begun('previousStopped', 'previousRemoved', 'objectsApplied'))
    return givenUp('Nothing has been changed. What runs, runs on.');
  return givenUp(`${clearedAway(spec)} State that the job had is kept for the next start.`);
}

function clearedAway({ spec }: FlinkJob): string {
  const kept = spec.cleanup.failed === 'keep';
  return `What was started is stopped and ${kept ? 'kept for a look' : 'cleared away'}: the job does not run then.`;
}

function alsoRecovery(ending: Ending | undefined): Ending | undefined {
  return ending && { ...ending, leaves: `${ending.leaves} The recovery ends with it.` };
}

function untilItEnds(begun: Begun): Ending | undefined {
  return begun('jobStopped', 'candidateCanceled', 'previousRemoved') ? undefined : givenUp('The job runs on as it is.');
}

function givenUp(leaves: string): Ending {
  return { end: 'givenUp', leaves };
}

function goesOn(leaves: string): Ending {
  return { end: 'goesOn', leaves };
}

function noReturn(why: string): NoReturn {
  return { why };
}
