/** What the end of an operation means for its job. */
import { candidateAmong } from './candidate.ts';
import { isOfCandidateOnly, mayHaveCandidate, noteCandidate } from './candidate-outcome.ts';
import type { Failure } from './failure.ts';
import { noteFinished } from './finished-job.ts';
import { activeAmong, keepingKnown } from './generation.ts';
import type { JobPhase } from './job.ts';
import type { JobState, QueuedOperation, Revision } from './job-state.ts';
import { correctFirstStart } from './new-job.ts';
import { leavesJobAlone, operationKinds, type OperationKind } from './operation-kinds.ts';
import type { OperationResult } from './operation-result.ts';
import type { ChangePlan } from './plan/change-plan.ts';
import { troubleOfActive } from './recovery/mending.ts';
import { runningPhase } from './recovery/trouble.ts';
import { isStillToResume, isToBeResumed } from './resumption.ts';
import { withSavepoints } from './savepoint-list.ts';
import { supersededWish, type Successor } from './superseded.ts';

/** How often in a row an operation that ended without a result is begun again before the job counts as failed. */
export const lostOperationsMax = 5;

/** What is known beside the result. What releases before this one did not do is asked only where it makes a difference; absent: it is done. */
export interface KnownBeside {
  /** How the job had ended, or was to be brought back, when the operation's turn came; absent where it had not, or where nobody knows what a lost one has done since. */
  readonly hadEnded?: Pick<JobState, 'phase' | 'failure'> | undefined;
  /** What has changed nothing leaves the job ended as it had: they left it FAILED. */
  readonly staysEnded?: () => boolean;
  /** A job that breaks while it is rescaled is to be brought back: they left it FAILED, and heard of it no more. */
  readonly outlivesRescale?: () => boolean;
}

/** Takes an operation's result into the job's state. @param brought the revision that it was to bring about. */
export function concludeOperation(
  state: JobState,
  result: OperationResult,
  brought: Revision,
  known: KnownBeside = {},
): void {
  state.generations = keepingKnown(result.generations, state.generations);
  state.restorePoint = result.restorePoint;
  state.aging = result.aging;
  state.startedFrom = result.startedFrom;
  state.savepoints = withSavepoints(state.savepoints, result.savepoints);
  const { isRollback = false, goesBack } = state.running ?? {};
  state.running = undefined;
  if (leavesJobAlone(result.record.kind)) {
    state.newestAside = { record: result.record, recordSeq: result.recordSeq };
    return;
  }
  takePhase(state, result, known);
  state.newest = { record: result.record, recordSeq: result.recordSeq };
  // Until the cluster has answered, every deploy asks again: none may go up beside what is there.
  state.askedCluster ||= hasAskedCluster(result);
  noteCandidate(state, result);
  if (isBrought(state, result)) noteBrought(state, result.record, { brought, isRollback });
  // A newer spec may have been accepted meanwhile.
  correctFirstStart(state, brought.spec, state.revision.spec);
  if (result.failure) passRollback(state, { record: result.record, ...(goesBack && { goesBack }) });
}

/** How the job is now, and why. */
function takePhase(state: JobState, result: OperationResult, known: KnownBeside): void {
  const { failure: before } = state;
  const resumes = isStillToResume(isToBeResumed(state), result.record);
  const stays = endKept(state, result, known);
  state.phase = stays?.phase ?? phaseAfter(state, result, known);
  state.resumes = resumes && state.phase === 'FAILED';
  if (state.phase === 'FINISHED') noteFinished(state);
  // Giving up because somebody asked is no bad news; and what has failed has failed, whatever became of its candidate.
  const { failure } = result;
  state.failure = failure?.code === 'ABORTED' ? undefined : failure;
  if (stays) state.failure ??= stays.failure;
  if (state.phase === 'FAILED' && isOfCandidateOnly(result)) state.failure ??= before;
}

/** Whether the cluster has said what is there. */
export function hasAskedCluster({ record: { steps } }: Pick<OperationResult, 'record'>): boolean {
  return steps.some(({ name, state: is }) => name === 'clusterAsked' && is === 'done');
}

/** Whether the job has another generation now. One that came up beside it is none, and a spec that is noted on what has finished has not run. */
function isBrought({ phase }: JobState, { failure, finished, isBrought: isStable, record }: OperationResult): boolean {
  const isCandidate = phase === 'DUAL_RUNNING' && record.kind === 'upgrade';
  const isNoted = phase === 'FINISHED' && record.kind === 'adjust';
  return (
    (!failure || finished === true || isStable === true) &&
    !isCandidate &&
    !isNoted &&
    phase !== 'REMOVED' &&
    record.generation !== undefined
  );
}

/** A rollback may have made a generation of its own, and it may still be there: nothing else gets its number. */
export function passRollback(
  state: Pick<JobState, 'lastGeneration'>,
  { record, goesBack }: Pick<QueuedOperation, 'record' | 'goesBack'>,
): void {
  if (record.kind === 'upgrade' || goesBack) state.lastGeneration += 1;
}

/**
 * The same operation, told to go back.
 * @returns it with a note in its plan, for whoever reads what it will do.
 */
export function goingBack(operation: QueuedOperation, to: Pick<Revision, 'number'>): QueuedOperation {
  const { record } = operation;
  const { plan } = record;
  const notes = [...(plan?.notes ?? []), goesBackNote(to.number)];
  const told = plan && { ...record, plan: { ...plan, goesBackTo: to.number, notes } };
  return { ...operation, ...(told && { record: told }), goesBack: true };
}

/** Its plan once there is nothing that could be gone back to: what it stopped had finished, or nobody knows the state that was left behind. */
export function stayingThere({ goesBackTo, notes, ...plan }: ChangePlan): ChangePlan {
  return { ...plan, notes: notes.filter((note) => goesBackTo === undefined || note !== goesBackNote(goesBackTo)) };
}

function goesBackNote(to: number): string {
  return `It takes the place of a lost operation: where it fails, the job goes back to revision ${to}.`;
}

/**
 * Whether an operation that takes the place of a lost one goes back to what last ran as it should, where that is known: the job ran, the lost one may have
 * stopped it, and only an upgrade does so by itself.
 * @param wasRunning before the first operation that was lost.
 */
export function mustGoBack(kind: OperationKind, wasRunning: boolean): boolean {
  return kind === 'deploy' && wasRunning;
}

/** Those that stop one revision for another. */
const replacing: readonly OperationKind[] = ['deploy', 'upgrade', 'promote', 'resume'];

/** What is brought about: a revision, and whether somebody goes back with it. */
interface Brought {
  readonly brought: Revision;
  readonly isRollback: boolean;
}

function noteBrought(
  state: JobState,
  { kind, endedAt }: OperationResult['record'],
  { brought, isRollback }: Brought,
): void {
  const before = state.lastRun;
  state.lastRun = brought;
  if (!before || before.number === brought.number || !replacing.includes(kind) || endedAt === undefined) return;
  state.upgraded = isRollback ? undefined : { at: endedAt, from: before };
}

/** Whether it has failed before it did anything to a job that did not run. */
function isUntouched({ failure, finished, leftRunning, record: { steps } }: OperationResult): boolean {
  const isAsking = steps.every(({ name }) => name === 'clusterAsked' || name === 'orphansAwaited');
  return failure !== undefined && !finished && !leftRunning && isAsking;
}

/**
 * How a job had ended that the operation has not come to change; undefined where that is another story. What was to be brought back may have been seen to
 * run meanwhile: agents tell that once.
 */
function endKept(
  state: JobState,
  result: OperationResult,
  { hadEnded, staysEnded }: KnownBeside,
): KnownBeside['hadEnded'] {
  if (!hadEnded || !isUntouched(result) || !(staysEnded?.() ?? true)) return undefined;
  return hadEnded.phase === 'RECOVERING' && !state.trouble ? { phase: runningPhase(state) } : hadEnded;
}

function phaseAfter(state: JobState, result: OperationResult, known: KnownBeside): JobPhase {
  const { phase: before, trouble } = state;
  const { kind } = result.record;
  if (result.finished) return 'FINISHED';
  // It touches nothing: a job that has finished has finished.
  if (kind === 'adjust') return before;
  // Nor does this touch what may be in trouble.
  if (isOfCandidateOnly(result) && !result.leftRunning) return trouble && !trouble.isGivenUp ? 'RECOVERING' : 'FAILED';
  const isDual = candidateAmong(result.generations) && mayHaveCandidate(state, result);
  if (isDual && (!result.failure || result.leftRunning)) return 'DUAL_RUNNING';
  if (!result.failure) return operationKinds[kind].after ?? before;
  // A deploy that failed before it stopped what ran left it running.
  if (result.leftRunning) return 'RUNNING';
  return isToBeBroughtBack(result, known) ? phaseOfBroken(state) : 'FAILED';
}

function isToBeBroughtBack(result: OperationResult, { outlivesRescale }: KnownBeside): boolean {
  return isBrokenMeanwhile(result) && (outlivesRescale?.() ?? true);
}

/** A rescale replaces nothing: what ended its job meanwhile is none of its doing. Where it was ended where it stood, nobody has looked. */
function isBrokenMeanwhile({ failure, leftRunning, record: { kind }, generations }: OperationResult): boolean {
  const isThere = activeAmong(generations) !== undefined;
  return kind === 'rescale' && failure !== undefined && failure.code !== 'ABORTED' && !leftRunning && isThere;
}

/** Until an agent has told what is wrong with it, it is listened to as what runs. */
function phaseOfBroken(state: JobState): JobPhase {
  const standing = troubleOfActive(state)?.finding.standing ?? 'running';
  return standing === 'running' ? 'RUNNING' : 'RECOVERING';
}

/**
 * A lost operation as it is begun again. What is not planned anew keeps its plan: without that it would follow the mode of the spec, and
 * a recovery of a job whose upgrades are stateless would drop its state. So would a resume, which is planned as a deploy then.
 */
export function repeatedOperation(
  made: QueuedOperation,
  { record: lost, recordSeq: _seq, ...wish }: QueuedOperation,
): QueuedOperation {
  const { plan, revision } = lost;
  const resumed = lost.kind === 'resume' && plan?.mode ? { mode: plan.mode } : {};
  if (operationKinds[lost.kind].isPlanned) return { ...made, ...resumed, ...wish };
  const kept = { ...(revision !== undefined && { revision }), ...(plan && { plan }) };
  return { ...made, ...wish, record: { ...made.record, ...kept } };
}

/**
 * The record of an operation whose workflow ended without a result: terminated by hand, or timed out.
 * @param by the operation that takes its place; absent when it was lost too often.
 */
export function lostOperation(running: QueuedOperation, now: string, by?: Successor): QueuedOperation {
  const supersededBy = by?.record.number;
  const failure: Failure = (by && supersededWish(running, by)) ?? {
    code: 'INTERNAL',
    message: 'The operation ended without a result: its workflow was terminated or timed out.',
    cure:
      supersededBy === undefined
        ? 'See in the Temporal UI why its workflows end, and apply the spec again.'
        : `Nothing to do: operation ${supersededBy} takes its place.`,
  };
  // Far above what the lost workflow itself may have used, so that this row stays.
  return {
    record: { ...running.record, state: 'failed', endedAt: now, failure, ...(supersededBy && { supersededBy }) },
    recordSeq: running.recordSeq + 100_000,
  };
}
